import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { AppError } from '../errors.ts';
import { requireStaff, principalOf } from '../auth/authenticate.ts';
import { change, changed } from '../api/change.ts';
import { operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import { absoluteUrl } from '../api/output/urls.ts';
import type { Services } from '../api/services.ts';
import { findPerson } from './find-user.ts';
import { updateUser } from './update-user.ts';
import { presentUser } from './user.presenter.ts';
import { findProfile, listUsers, type UserProfile } from './user.queries.ts';
import { patchedUserRequest, user, userFilters, userList, usernameParameter, userRequest, type UserChanges } from './user.schemas.ts';

const tag = 'users';
const forStaff = 'Staff only. The system user `funding-system`, the actor of what the funding engine does, is not shown.';

/** Profiles: everyone's own under `users/me/`, all of them for staff. Paths and shapes as in the OpenAPI document. */
export function userRoutes(instance: FastifyInstance, services: Services): void {
  const { db, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const present = (request: FastifyRequest, profile: UserProfile): ReturnType<typeof presentUser> =>
    presentUser(profile, (path) => absoluteUrl(request, config.publicUrl, path));
  const changeById = (request: FastifyRequest, reply: FastifyReply, userId: number, changes: UserChanges): Promise<ReturnType<typeof presentUser>> => {
    const { name, timezone, default_bank_account: defaultBankAccount } = changes;
    return change(services, request, reply, { bankAccountId: defaultBankAccount ?? undefined }, async (tx, _principal, now) =>
      changed(present(request, await updateUser(tx, { userId, name, timezone, defaultBankAccount }, now))),
    );
  };
  const changeByName = async (request: FastifyRequest, reply: FastifyReply, username: string, changes: UserChanges): Promise<ReturnType<typeof presentUser>> => {
    const person = await findPerson(db, username);
    if (!person) throw new AppError('not_found');
    return changeById(request, reply, person.id, changes);
  };
  const exists = async ({ params }: FastifyRequest): Promise<boolean> => {
    const path = usernameParameter.safeParse(params);
    return path.success && (await findPerson(db, path.data.username)) !== null;
  };

  app.get(
    '/api/v1/users/me/',
    {
      schema: operation({
        operationId: 'users_me_retrieve',
        tag,
        summary: 'Retrieve your profile',
        description: 'The profile of the user whose token the request carries.',
        parts: { response: { 200: user } },
      }),
    },
    async (request) => {
      const profile = await findProfile(db, principalOf(request).userId);
      if (!profile) throw new AppError('token_not_valid');
      return present(request, profile);
    },
  );

  app.patch(
    '/api/v1/users/me/',
    {
      schema: operation({
        operationId: 'users_me_partial_update',
        tag,
        summary: 'Change your profile',
        description: 'Fields that are absent stay as they are. The default bank account must be one of yours; null clears it.',
        parts: { body: patchedUserRequest, response: { 200: user } },
      }),
    },
    (request, reply) => changeById(request, reply, principalOf(request).userId, request.body),
  );

  app.get(
    '/api/v1/users/',
    {
      preParsing: requireStaff,
      schema: operation({
        operationId: 'users_list',
        tag,
        summary: 'List users',
        description: `${forStaff} By username; \`ordering\` takes username, name and created_at.`,
        parts: { querystring: userFilters, response: { 200: userList } },
        errors: ['permission_denied', 'invalid_page'],
      }),
    },
    async (request) => {
      const page = await paginate(request, request.query, listUsers(db, request.query.ordering), { db, config });
      return { ...page, results: page.results.map((profile) => present(request, profile)) };
    },
  );

  app.get(
    '/api/v1/users/:username/',
    {
      preParsing: requireStaff,
      schema: operation({
        operationId: 'users_retrieve',
        tag,
        summary: 'Retrieve a user',
        description: forStaff,
        parts: { params: usernameParameter, response: { 200: user } },
        errors: ['permission_denied', 'not_found'],
      }),
    },
    async (request) => {
      const person = await findPerson(db, request.params.username);
      if (!person) throw new AppError('not_found');
      return present(request, person);
    },
  );

  app.put(
    '/api/v1/users/:username/',
    {
      config: { exists },
      preParsing: requireStaff,
      schema: operation({
        operationId: 'users_update',
        tag,
        summary: 'Change a user',
        description: `${forStaff} As with PATCH, fields that are absent stay as they are.`,
        parts: { params: usernameParameter, body: userRequest, response: { 200: user } },
        errors: ['permission_denied', 'not_found'],
      }),
    },
    (request, reply) => changeByName(request, reply, request.params.username, request.body),
  );

  app.patch(
    '/api/v1/users/:username/',
    {
      config: { exists },
      preParsing: requireStaff,
      schema: operation({
        operationId: 'users_partial_update',
        tag,
        summary: 'Change a part of a user',
        description: `${forStaff} The default bank account must be one that this user owns.`,
        parts: { params: usernameParameter, body: patchedUserRequest, response: { 200: user } },
        errors: ['permission_denied', 'not_found'],
      }),
    },
    (request, reply) => changeByName(request, reply, request.params.username, request.body),
  );

  // `me` is no username, but would be taken for one here.
  app.put('/api/v1/users/me/', { schema: { hide: true } }, (request, reply) => {
    reply.header('allow', 'GET, HEAD, PATCH');
    throw new AppError('method_not_allowed', { detail: `Method "${request.method}" not allowed.` });
  });
}
