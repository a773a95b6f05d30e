/** While an account is busy, those who want to change it wait in memory: the connections stay free for everybody else. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';

import pg from 'pg';
import type { Response } from 'supertest';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';

import { FileStore } from '../../src/files/file-store.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { waitUntil, waitUntilBlocked } from '../support/waiting.ts';
import { openApiDocument, operationsOf } from '../contract/document.ts';
import { createWorld, fillPath, validRequest, type World } from '../contract/world.ts';

const CONNECTIONS = 8;
/** Longer than any test: what waits for the lock waits until it is given. */
const LOCK_TIMEOUT_MILLISECONDS = 300_000;

let databaseUrl: string;
const server = useServer(
  {},
  {
    maximumConnections: CONNECTIONS,
    lockTimeoutMilliseconds: LOCK_TIMEOUT_MILLISECONDS,
    connectThrough: (url) => {
      databaseUrl = url;
      return Promise.resolve(url);
    },
  },
);
let innocent: TestUser;
let innocentAccount: TestBankAccount;
let holder: pg.Client;

beforeAll(async () => {
  innocent = await createUser(server);
  innocentAccount = await createBankAccount(server, innocent);
});
beforeEach(async () => {
  holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
});
afterEach(() => holder.end());

async function hold({ id }: { id: string }): Promise<void> {
  await holder.query('BEGIN');
  await holder.query('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE', [id]);
}

/** Sends requests and waits until the server has them all. */
async function sendAll(count: number, request: () => PromiseLike<Response>): Promise<Promise<Response>[]> {
  let received = 0;
  const onRequest = (): void => { received += 1; };
  server.app.server.on('request', onRequest);
  const responses = Array.from({ length: count }, async () => request());
  await waitUntil(`${count} requests have arrived`, () => Promise.resolve(received >= count));
  server.app.server.off('request', onRequest);
  return responses;
}

/** They change no account; staff waits for the default account of another user as users do for theirs. */
const WAIT_FOR_NO_ACCOUNT = ['bank_accounts_create', 'users_update', 'users_partial_update'];

const METHODS = { POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

const operations = operationsOf(openApiDocument.parse(parse(readFileSync(new URL('../../openapi/openapi.yaml', import.meta.url), 'utf8'))))
  .filter(({ operationId, security }) => security.length > 0 && !WAIT_FOR_NO_ACCOUNT.includes(operationId))
  .flatMap(({ operationId, method, path }) => Object.entries(METHODS).flatMap(([name, send]) => (name === method ? [{ operationId, send, path }] : [])));

function bodyOf(operationId: string, world: World): { id?: string; body?: object } {
  return operationId === 'users_me_partial_update' ? { body: { default_bank_account: world.account.id } } : validRequest(operationId, world);
}

test.each(operations)('$operationId: as many as there are connections wait for their account, and others are served', async ({ operationId, send, path }) => {
  const world = await createWorld(server);
  const { id, body } = bodyOf(operationId, world);
  await hold(world.account);
  const responses = await sendAll(CONNECTIONS, () => world.owner.http[send](fillPath(path, id), body));
  await waitUntilBlocked(databaseUrl, 1);
  await createTransaction(innocent, innocentAccount);
  await innocent.http.get('/api/v1/transactions/').expect(200);
  expect(server.db.pool.totalCount - server.db.pool.idleCount).toBeLessThanOrEqual(3);

  await holder.query('ROLLBACK');
  const statuses = (await Promise.all(responses)).map(({ status }) => status);
  expect(statuses.filter((status) => status < 300).length).toBeGreaterThanOrEqual(1);
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
});

test('so many wait and the next are refused, with their files; the owner can change another account meanwhile', async () => {
  const owner = await createUser(server);
  const [busy, free] = [await createBankAccount(server, owner), await createBankAccount(server, owner)];
  const fee = { bank_account: busy.id, amount: '-1.00', posted_date: '2026-11-19', transaction_type: 'fee', raw_description: 'FEE' };
  await hold(busy);
  const waiting = await sendAll(102, () => owner.http.post('/api/v1/transactions/', fee));
  await waitUntilBlocked(databaseUrl, 1);
  await createTransaction(owner, free);
  const form = owner.http.post('/api/v1/transactions/');
  for (const [name, value] of Object.entries(fee)) void form.field(name, value);
  const refused = await form.attach('document', Buffer.from('a receipt'), 'receipt.txt');
  expect([refused.status, refused.headers['retry-after'], refused.body]).toEqual([
    503,
    '5',
    { detail: 'The service is temporarily unavailable. Try again shortly.' },
  ]);
  expect(storedFiles()).toEqual([]);

  await holder.query('ROLLBACK');
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set([201]));
  expect((await owner.http.get(`/api/v1/transactions/?bank_account=${busy.id}`)).body).toMatchObject({ count: 102 });
});

/** What lies in the uploads folder, received or kept. */
function storedFiles(): string[] {
  const { folder } = new FileStore(server.config.dataDirectory);
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name) : [];
}
