/**
 * What requests cost, counted and not timed: statements, rows written, and plans that use the indexes. The history is the
 * benchmark's, long enough that a plan over a whole table would be the wrong one.
 */
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { loadDataset, type Dataset } from '../../bench/dataset.ts';
import { signAccessToken } from '../../src/auth/access-token.ts';
import { statement } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { HttpClient } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const HISTORY = 20_000;
const BIG_TABLES = ['transactions', 'budget_entries', 'internal_transactions'] as const;
/** In this history the third one is so short that reading it whole may be the best plan. */
const LONG_TABLES = ['transactions', 'budget_entries'] as const;

const server = useServer();
let data: Dataset;
let http: HttpClient;

beforeAll(async () => {
  const url = new URL(inject('serverUrl'));
  const name = await server.db.row(statement<{ name: string }>('SELECT current_database() AS name'));
  url.pathname = `/${name?.name ?? ''}`;
  data = await loadDataset(url.href, HISTORY, 'nobody logs in');
  http = new HttpClient(server, signAccessToken(server.app.jwt, data.userId));
}, 120_000);

beforeEach(async () => {
  await server.linker.settled();
  server.statements.length = 0;
});

/** The statements of the request itself: authentication is one more, and the wake-up of the search for links follows it. */
function statementsOfRequest(): string[] {
  return server.statements.filter((text) => !text.includes('FROM users WHERE id') && !text.includes('graphile_worker.add_job'));
}

function post(postedDate: string): object {
  return { bank_account: data.accountId, amount: '-1.00', posted_date: postedDate, transaction_type: '', raw_description: 'SOMETHING' };
}

/** Runs a request and says how many rows of each table it wrote. */
async function rowsWritten(request: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await server.db.row(statement<{ id: string }>('SELECT pg_current_xact_id()::text AS id'));
  await request();
  const written: Record<string, number> = {};
  for (const table of [...BIG_TABLES, 'budgets', 'bank_accounts']) {
    const row = await server.db.row(statement<{ count: number }>(`SELECT count(*)::int AS count FROM ${table} WHERE xmin::text::bigint > $1`), [before?.id]);
    written[table] = row?.count ?? 0;
  }
  return written;
}

async function count(sql: string, parameters: unknown[]): Promise<number> {
  return (await server.db.row(statement<{ count: number }>(`SELECT count(*)::int AS count ${sql}`), parameters))?.count ?? 0;
}

describe('rows that a write touches', () => {
  it('an append touches its own rows and the totals, and no other row', async () => {
    const written = await rowsWritten(() => http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z')).expect(201));
    expect(written).toEqual({ transactions: 1, budget_entries: 1, internal_transactions: 0, budgets: 1, bank_accounts: 1 });
  });

  it('a transfer that is the newest touches its own rows and the two budgets', async () => {
    const transfer = { bank_account: data.accountId, amount: '1', src_budget: data.budgetIds[1], dst_budget: data.budgetIds[2] };
    const written = await rowsWritten(() => http.post('/api/v1/internal-transactions/', transfer).expect(201));
    expect(written).toEqual({ transactions: 0, budget_entries: 2, internal_transactions: 1, budgets: 2, bank_accounts: 0 });
  });

  it('a back-dated post touches the later rows of its two chains, and no other', async () => {
    const later = {
      transactions: await count('FROM transactions WHERE bank_account_id = $1 AND transaction_date > $2', [data.accountId, data.middle]),
      entries: await count('FROM budget_entries WHERE budget_id = $1 AND instant > $2', [data.budgetIds[0], data.middle]),
    };
    expect(later.transactions).toBeGreaterThan(HISTORY / 3);
    const written = await rowsWritten(() => http.post('/api/v1/transactions/', post(data.middle)).expect(201));
    expect(written).toEqual({
      transactions: later.transactions + 1,
      budget_entries: later.entries + 1,
      internal_transactions: 0,
      budgets: 1,
      bank_accounts: 1,
    });
  });

  it('a re-split of an old transaction leaves the account\'s chain and the other budgets alone', async () => {
    const [, first, second] = data.budgetIds;
    const transaction = data.transactionId;
    await http.post(`/api/v1/transactions/${transaction}/splits/`, { splits: {} }).expect(200);
    const written = await rowsWritten(() => http.post(`/api/v1/transactions/${transaction}/splits/`, { splits: { [first ?? '']: '0.50', [second ?? '']: '0.25' } }).expect(200));
    const later = await count('FROM budget_entries WHERE budget_id = ANY($1::uuid[]) AND instant >= $2', [[data.budgetIds[0], first, second], data.middle]);
    expect(written).toMatchObject({ transactions: 0, internal_transactions: 0, budgets: 3, bank_accounts: 0 });
    expect(written['budget_entries']).toBeLessThanOrEqual(later);
  });

  it('and all of that leaves a sound ledger', async () => {
    await expectSoundLedger(server);
  });
});

describe('statements of a request, besides authentication', () => {
  const list = (path: string): (() => Promise<unknown>) => () => http.get(`/api/v1/${path}`).expect(200);
  it.each<[string, number, () => Promise<unknown>]>([
    ['retrieve a transaction', 1, () => http.get(`/api/v1/transactions/${data.transactionId}/`).expect(200)],
    ['list transactions', 2, list('transactions/')],
    ['list allocations', 2, list('allocations/?page_size=500')],
    ['list internal transactions', 2, list('internal-transactions/')],
    ['list budgets with their next funding', 2, list('budgets/?page_size=500')],
    ['post a transaction: BEGIN, lock, two chains, COMMIT', 5, () => http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z')).expect(201)],
    [
      'transfer: BEGIN, lock, the budgets, the transfer, two entries at once, COMMIT',
      6,
      () => http.post('/api/v1/internal-transactions/', { bank_account: data.accountId, amount: '1', src_budget: data.budgetIds[1], dst_budget: data.budgetIds[2] }).expect(201),
    ],
  ])('%s: %i', async (_name, most, request) => {
    await request();
    expect(statementsOfRequest()).toHaveLength(most);
  });
});

describe('plans of the hot paths', () => {
  it('reach the big tables over indexes only', async () => {
    const account = `bank_account=${data.accountId}`;
    const budget = data.budgetIds[1] ?? '';
    const transfer = { bank_account: data.accountId, amount: '1', src_budget: data.budgetIds[1], dst_budget: data.budgetIds[2] };
    await http.get(`/api/v1/transactions/${data.transactionId}/`);
    for (const query of ['', account, 'ordering=created_at', 'ordering=-amount', `${account}&date_from=2026-10-01`, 'pending=true', 'page=3']) {
      await http.get(`/api/v1/transactions/?${query}`);
    }
    for (const query of ['', account, `budget=${budget}`, `transaction=${data.transactionId}`]) await http.get(`/api/v1/allocations/?${query}`);
    for (const query of ['', account, `budget=${budget}`, `src_budget=${budget}`]) await http.get(`/api/v1/internal-transactions/?${query}`);
    await http.get('/api/v1/budgets/');
    await http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z'));
    await http.post(`/api/v1/transactions/${data.transactionId}/splits/`, { splits: { [budget]: '0.10' } });
    await http.post('/api/v1/internal-transactions/', transfer);
    const sent = [...new Set(statementsOfRequest())].filter((text) => BIG_TABLES.some((table) => text.includes(table)));
    expect(sent.length).toBeGreaterThan(20);

    for (const text of sent) {
      // What Postgres plans once a prepared statement's parameters no longer count.
      const plan = await server.db.pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${text}`);
      const lines = plan.rows.map((line) => line['QUERY PLAN']);
      const scans = lines.filter((line) => LONG_TABLES.some((table) => line.includes(`Seq Scan on ${table}`)));
      expect({ text, scans }).toEqual({ text, scans: [] });
    }
  });
});
