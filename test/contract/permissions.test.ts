import { randomUUID } from 'node:crypto';

import supertest from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser, type TestUser } from '../support/factories.ts';
import type { DocumentOperation } from './document.ts';
import { filters, kindOf, operations, references } from './kinds.ts';
import { createWorld, fillPath, validRequest, VALID_REQUESTS, type World } from './world.ts';

const ROLES = ['owner', 'co-owner', 'stranger', 'staff', 'anonymous', 'expired'] as const;
type Role = (typeof ROLES)[number];

const protectedOperations = operations.filter(({ security }) => security.length > 0);

/** The status that a role gets for a valid request about somebody's account. */
function expectedStatus(operation: DocumentOperation, role: Role): number {
  const success = Number(Object.keys(operation.responses).find((status) => status.startsWith('2')));
  const isOwner = role === 'owner' || role === 'co-owner';
  if (role === 'anonymous' || role === 'expired') return 401;
  switch (kindOf(operation)) {
    case 'staff':
      return role === 'staff' ? success : 403;
    case 'object':
      return isOwner ? success : 404;
    case 'create':
      return isOwner ? success : 400;
    case 'public':
    case 'self':
    case 'everyone':
    case 'list':
      return success;
  }
}

const server = useServer();
let world: World;
let stranger: TestUser;
let staff: TestUser;
let expiredToken: string;

beforeAll(async () => {
  world = await createWorld(server);
  stranger = await createUser(server);
  staff = await createUser(server, { staff: true });
  expiredToken = server.app.jwt.sign({ user_id: world.owner.id, token_type: 'access', iat: Math.floor(Date.now() / 1000) - 7200 }, { expiresIn: 3600 });
});

/** What a client sees of an answer, without what differs from one request to the next. */
interface Seen {
  status: number;
  text: string;
  headers: Record<string, unknown>;
}

async function send(operation: DocumentOperation, token: string | undefined, request: { id?: string; body?: object | string; query?: string }): Promise<Seen> {
  const path = `${fillPath(operation.path, request.id)}${request.query ?? ''}`;
  const sent = supertest(server.app.server)[METHODS[operation.method] ?? 'get'](path);
  if (token !== undefined) void sent.set('authorization', `Bearer ${token}`);
  if (typeof request.body === 'string') void sent.set('content-type', 'application/json');
  const { status, text, headers } = await (request.body === undefined ? sent : sent.send(request.body));
  const kept = Object.entries(headers as Record<string, unknown>).filter(([name]) => !/^(date|x-request-id|request-id|(x-)?ratelimit-.*)$/.test(name));
  return { status, text, headers: Object.fromEntries(kept) };
}

const METHODS: Record<string, 'get' | 'post' | 'put' | 'patch' | 'delete'> = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' };

function tokenOf(role: Role, { owner, coOwner }: World): string | undefined {
  switch (role) {
    case 'owner':
      return owner.token;
    case 'co-owner':
      return coOwner.token;
    case 'stranger':
      return stranger.token;
    case 'staff':
      return staff.token;
    case 'anonymous':
      return undefined;
    case 'expired':
      return expiredToken;
  }
}

function named(list: readonly DocumentOperation[]): [string, DocumentOperation][] {
  return list.map((operation) => [operation.operationId, operation]);
}

test('there is a valid request for every operation, and for no other', () => {
  expect(Object.keys(VALID_REQUESTS).toSorted()).toEqual(operations.map(({ operationId }) => operationId).toSorted());
});

for (const operation of protectedOperations) {
  for (const role of ROLES) {
    const status = expectedStatus(operation, role);
    test(`${operation.operationId} by ${role}: ${status}`, async () => {
      // What succeeds may change its world.
      const subject = status < 300 && operation.method !== 'GET' ? await createWorld(server) : world;
      const seen = await send(operation, tokenOf(role, subject), validRequest(operation.operationId, subject));
      expect(seen).toMatchObject({ status });
      if (status === 401) expectUnauthenticated(seen, role);
      if (kindOf(operation) === 'list') expectOwnObjects(operation.operationId, seen, role);
    });
  }
}

function expectUnauthenticated(seen: Seen, role: Role): void {
  expect(seen.headers['www-authenticate']).toBe('Bearer');
  expect(JSON.parse(seen.text)).toEqual(
    role === 'anonymous'
      ? { detail: 'Authentication credentials were not provided.' }
      : { detail: 'Given token not valid for any token type', code: 'token_not_valid' },
  );
}

function expectOwnObjects(operationId: string, seen: Seen, role: Role): void {
  const { results = [] } = JSON.parse(seen.text) as { results?: { id: string }[] };
  const ids = [world.account, world.budget, world.transaction, world.allocation, world.transfer].map(({ id }) => id);
  const isOwner = role === 'owner' || role === 'co-owner';
  // No funding has run.
  const isEmpty = operationId === 'funding_events_list';
  expect(results.some(({ id }) => ids.includes(id))).toBe(isOwner && !isEmpty);
}

describe('log-in needs no token, and a bad one does not matter', () => {
  test.each(named(operations.filter(({ security }) => security.length === 0)))('%s', async (_name, operation) => {
    const request = validRequest(operation.operationId, world);
    const anonymous = await send(operation, undefined, request);
    for (const role of ROLES) expect(await send(operation, tokenOf(role, world), request)).toMatchObject({ status: anonymous.status });
  });
});

describe("somebody else's object looks exactly like a missing one, whatever is sent", () => {
  test.each(named(operations.filter((operation) => kindOf(operation) === 'object')))('%s', async (_name, operation) => {
    const { id = '', body } = validRequest(operation.operationId, world);
    const bodies = operation.requestBody ? [body, { ...body, bank_account: [], name: 5, amount: 'much', splits: 1 }, {}, '{"broken'] : [undefined];
    for (const sent of bodies) {
      for (const { token } of [stranger, staff]) {
        const request = sent === undefined ? {} : { body: sent };
        const foreign = await send(operation, token, { id, ...request });
        expect(foreign.status).toBe(404);
        expect(foreign).toEqual(await send(operation, token, { id: randomUUID(), ...request }));
        expect(foreign).toEqual(await send(operation, token, { id: 'no-id-at-all', ...request }));
      }
    }
  });
});

describe("a body that names somebody else's object is refused like one that names a missing one", () => {
  test.each(references)('%s: %s', async (operationId, field, operation) => {
    const own = await createWorld(server);
    const { body, ...path } = validRequest(operationId, own);
    const foreignId = field.includes('bank_account') ? world.account.id : world.budget.id;
    const refusal = async (id: string): Promise<Seen> => {
      const value = field === 'splits' ? { [id]: '1.00' } : id;
      const token = kindOf(operation) === 'staff' ? staff.token : own.owner.token;
      const seen = await send(operation, token, { ...path, body: { ...body, [field]: value } });
      return { ...seen, text: seen.text.replaceAll(id, '<id>') };
    };
    const foreign = await refusal(foreignId);
    expect(foreign.status).toBe(400);
    expect(Object.keys(JSON.parse(foreign.text) as object)).toEqual([field]);
    expect(foreign).toEqual(await refusal(randomUUID()));
  });
});

describe("a filter that names somebody else's object finds nothing, like one that names a missing one", () => {
  test.each(filters)('%s: %s', async (_operationId, name, operation) => {
    const foreignId = { bank_account: world.account.id, transaction: world.transaction.id }[name] ?? world.budget.id;
    const foreign = await send(operation, stranger.token, { query: `?${name}=${foreignId}` });
    expect(JSON.parse(foreign.text)).toEqual({ count: 0, next: null, previous: null, results: [] });
    expect(foreign).toEqual(await send(operation, stranger.token, { query: `?${name}=${randomUUID()}` }));
  });
});
