import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { principalOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed, created, NOTHING_LEFT } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import { archiveBudget } from './archive-budget.ts';
import { presentBudget } from './budget.presenter.ts';
import { budgetExists, listBudgets, getBudget } from './budget.queries.ts';
import { readBudgetDraft, readBudgetUpdate } from './budget.requests.ts';
import { budget, budgetFilters, budgetList, budgetRequest, patchedBudgetRequest, type BudgetResponse } from './budget.schemas.ts';
import { createBudget } from './create-budget.ts';
import { deleteBudget } from './delete-budget.ts';
import { updateBudget } from './update-budget.ts';

const tag = 'budgets';

/** Budgets. Paths and shapes as in the OpenAPI document. */
export function budgetRoutes(instance: FastifyInstance, services: Services): void {
  const { db, clock, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const maximumBudgets = config.bounds.budgetsOfAccount;
  const exists = objectExists((principal, id) => budgetExists(db, principal, id));

  app.get(
    '/api/v1/budgets/',
    {
      schema: operation({
        operationId: 'budgets_list',
        tag,
        summary: 'List budgets',
        description: 'The budgets of all your bank accounts, by name, each with its next funding.',
        parts: { querystring: budgetFilters, response: { 200: budgetList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const now = clock.now();
      const page = await paginate(
        request,
        query,
        listBudgets(db, principalOf(request), {
          bankAccountId: query.bank_account,
          budgetType: query.budget_type,
          archived: query.archived,
          paused: query.paused,
          search: query.search,
          ordering: query.ordering,
        }),
        { db, config },
      );
      return { ...page, results: page.results.map((row) => presentBudget(row, now)) };
    },
  );

  app.post(
    '/api/v1/budgets/',
    {
      schema: operation({
        operationId: 'budgets_create',
        tag,
        summary: 'Create a budget',
        description: 'Makes an empty budget, and with `with_fillup_goal` on a recurring one its fill-up too.',
        parts: { body: budgetRequest, response: { 201: budget } },
      }),
    },
    (request, reply) => {
      const draft = readBudgetDraft(request.body, maximumBudgets);
      return change(services, request, reply, { bankAccountId: draft.bankAccount }, async (tx, principal, now) =>
        created(presentBudget(await createBudget(tx, principal, draft, now), now)),
      );
    },
  );

  app.get(
    '/api/v1/budgets/:id/',
    {
      schema: operation({
        operationId: 'budgets_retrieve',
        tag,
        summary: 'Retrieve a budget',
        description: 'One budget by its id.',
        parts: { params: idParameter, response: { 200: budget } },
        errors: ['not_found'],
      }),
    },
    async (request) => presentBudget(await getBudget(db, principalOf(request), request.params.id), clock.now()),
  );

  const update = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, body: z.output<typeof patchedBudgetRequest>): Promise<BudgetResponse> => {
    const sent = readBudgetUpdate(request.params.id, body, maximumBudgets);
    return change(services, request, reply, { rowOf: { table: 'budgets', id: sent.id } }, async (tx, principal, now) =>
      changed(presentBudget(await updateBudget(tx, principal, sent, now), now)),
    );
  };

  app.put(
    '/api/v1/budgets/:id/',
    {
      config: exists,
      schema: operation({
        operationId: 'budgets_update',
        tag,
        summary: 'Update a budget',
        description: 'Changes its settings; its account and type are fixed, and may be sent as they are. Fields that are absent stay.',
        parts: { params: idParameter, body: budgetRequest, response: { 200: budget } },
        errors: ['not_found'],
      }),
    },
    (request, reply) => update(request, reply, request.body),
  );

  app.patch(
    '/api/v1/budgets/:id/',
    {
      config: exists,
      schema: operation({
        operationId: 'budgets_partial_update',
        tag,
        summary: 'Change some fields of a budget',
        description: 'Changes its settings; its account and type are fixed, and may be sent as they are.',
        parts: { params: idParameter, body: patchedBudgetRequest, response: { 200: budget } },
        errors: ['not_found'],
      }),
    },
    (request, reply) => update(request, reply, request.body),
  );

  app.delete(
    '/api/v1/budgets/:id/',
    {
      schema: operation({
        operationId: 'budgets_destroy',
        tag,
        summary: 'Delete a budget',
        description: 'Deletes a budget without allocations, and its fill-up: their transfers name Unallocated instead. Others can be archived.',
        parts: { params: idParameter, response: { 204: z.null().describe('Deleted.') } },
        errors: ['invalid', 'permission_denied', 'not_found'],
      }),
    },
    (request, reply) => {
      const { id } = request.params;
      return change(services, request, reply, { rowOf: { table: 'budgets', id } }, async (tx, principal, now) => {
        await deleteBudget(tx, principal, { id }, now);
        return NOTHING_LEFT;
      });
    },
  );

  app.post(
    '/api/v1/budgets/:id/archive/',
    {
      config: exists,
      schema: operation({
        operationId: 'budgets_archive_create',
        tag,
        summary: 'Archive a budget',
        description: 'Moves its balance, and that of its fill-up before, to or from Unallocated. It takes no new money from then on. Needs no body.',
        parts: { params: idParameter, response: { 200: budget } },
        errors: ['invalid', 'permission_denied', 'not_found', 'payload_too_large', 'unsupported_media_type'],
      }),
    },
    (request, reply) => {
      const { id } = request.params;
      return change(services, request, reply, { rowOf: { table: 'budgets', id } }, async (tx, principal, now) =>
        changed(presentBudget(await archiveBudget(tx, principal, { id }, now), now)),
      );
    },
  );
}
