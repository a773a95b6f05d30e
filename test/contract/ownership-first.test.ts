/**
 * Whose an object is comes before everything else: a request that names somebody else's sends the same statements as one
 * that names nothing, writes nothing, waits for nobody, and reads hardly a row more, however much there is below it. Work is
 * counted by Postgres itself, on the server's only connection.
 */
import { randomUUID } from 'node:crypto';

import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createUser, type TestUser } from '../support/factories.ts';
import type { DocumentOperation } from './document.ts';
import { filters, kindOf, operations, references } from './kinds.ts';
import { createWorld, fillPath, validRequest, type World } from './world.ts';

const server = useServer({}, { maximumConnections: 1, lockTimeoutMilliseconds: 1_000 });
const COPIES = 300;
/** The object itself, its account, and a look at who owns it. */
const FEW_ROWS = 4;

let foreign: World;
let stranger: TestUser;
let own: World;
let holder: pg.Client;

beforeAll(async () => {
  foreign = await createWorld(server);
  stranger = await createUser(server);
  own = await createWorld(server);
  await growWorld(foreign);
  const { rows } = await server.db.pool.query<{ name: string }>('SELECT current_database() AS name');
  const url = new URL(inject('serverUrl'));
  url.pathname = `/${rows[0]?.name ?? ''}`;
  holder = new pg.Client({ connectionString: url.href });
  await holder.connect();
  // What a writer of the owner does: whoever asks for this lock waits, and fails after a second.
  await holder.query('BEGIN');
  await holder.query('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE', [foreign.account.id]);
});

afterAll(() => holder.end());

beforeEach(() => server.linker.settled());

/** Fills the account, so that whatever reads what lies below an object reads a lot. */
async function growWorld({ budget, transaction, transfer }: World): Promise<void> {
  const copy = (table: string, columns: string, condition: string, changed: Record<string, string>): Promise<unknown> => {
    const values = columns.split(', ').map((column) => changed[column] ?? `o.${column}`).join(', ');
    return server.db.pool.query(`INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table} o, generate_series(1, ${COPIES}) AS n WHERE ${condition}`);
  };
  const newId = { id: 'gen_random_uuid()' };
  const ofBudget = `o.budget_id = '${budget.id}' AND o.kind = 0`;
  await copy('budgets', 'id, bank_account_id, name, funding_schedule, target_balance, schedule_anchor, funding_floor, recurrence_floor', `o.id = '${budget.id}'`, newId);
  await copy(
    'transactions',
    'id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description, posted_in_day, available_in_day, created_at, modified_at',
    `o.id = '${transaction.id}'`,
    newId,
  );
  await copy('internal_transactions', 'id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at', `o.id = '${transfer.id}'`, newId);
  await server.db.pool.query(
    `INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance_in_day, internal_transaction_id, created_at, modified_at)
     SELECT gen_random_uuid(), o.bank_account_id, o.budget_id, o.instant, 0, t.sequence, o.amount, o.balance_in_day, t.id, o.created_at, o.modified_at
     FROM budget_entries o JOIN internal_transactions t ON t.bank_account_id = o.bank_account_id AND t.id <> o.internal_transaction_id WHERE ${ofBudget}`,
  );
  await server.db.pool.query('ANALYZE');
}

const forceFlush = query<object>('SELECT pg_stat_force_next_flush()');
const countRows = query<{ read: string; written: string }>(`SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS read,
  sum(n_tup_ins + n_tup_upd + n_tup_del) AS written FROM pg_stat_user_tables`);

async function rowsSoFar(): Promise<{ read: number; written: number }> {
  await server.db.rows(forceFlush);
  const counted = await server.db.row(countRows);
  return { read: Number(counted?.read), written: Number(counted?.written) };
}

interface Request {
  operation: DocumentOperation;
  user: TestUser;
  id?: string | undefined;
  body?: object;
  query?: string;
}

/** What a request is answered, and what it cost. */
interface Cost {
  status: number;
  statements: string[];
  read: number;
  written: number;
}

async function costOf({ operation, user, id, body, query = '' }: Request): Promise<Cost> {
  const before = await rowsSoFar();
  server.statements.length = 0;
  const method = METHODS[operation.method] ?? 'get';
  const { status } = await user.http[method](`${fillPath(operation.path, id)}${query}`, body);
  const statements = [...server.statements];
  const after = await rowsSoFar();
  return { status, statements, read: after.read - before.read, written: after.written - before.written };
}

const METHODS: Record<string, 'get' | 'post' | 'put' | 'patch' | 'delete'> = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' };

async function expectSameCost(ofForeign: Request, ofMissing: Request): Promise<void> {
  const missing = await costOf(ofMissing);
  const found = await costOf(ofForeign);
  const { status, statements } = missing;
  expect(found).toMatchObject({ status, statements, written: 0 });
  expect(missing.written).toBe(0);
  expect(found.read - missing.read).toBeLessThanOrEqual(FEW_ROWS);
}

describe('an id in the path', () => {
  const objects = operations.filter((operation) => ['object', 'staff'].includes(kindOf(operation)) && operation.path.includes('{'));
  test.each(objects.map((operation) => [operation.operationId, operation] as const))('%s', async (operationId, operation) => {
    const { id, body } = validRequest(operationId, foreign);
    for (const sent of operation.requestBody ? [body ?? {}, { bank_account: 1, name: 5, amount: 'much', splits: 1 }] : [undefined]) {
      const request = { operation, user: stranger, ...(sent === undefined ? {} : { body: sent }) };
      await expectSameCost({ ...request, id }, { ...request, id: randomUUID() });
    }
  });
});

describe('an id in the body', () => {
  test.each(references.filter(([, , operation]) => kindOf(operation) !== 'staff'))('%s: %s', async (operationId, field, operation) => {
    const { id, body } = validRequest(operationId, own);
    const naming = (named: string): Request => ({ operation, user: own.owner, id, body: { ...body, [field]: field === 'splits' ? { [named]: '1.00' } : named } });
    await expectSameCost(naming(field.includes('bank_account') ? foreign.account.id : foreign.budget.id), naming(randomUUID()));
  });
});

describe('an id in a filter', () => {
  test.each(filters)('%s: %s', async (_operationId, name, operation) => {
    const foreignId = { bank_account: foreign.account.id, transaction: foreign.transaction.id }[name] ?? foreign.budget.id;
    const naming = (id: string): Request => ({ operation, user: own.owner, query: `?${name}=${id}` });
    await expectSameCost(naming(foreignId), naming(randomUUID()));
  });
});
