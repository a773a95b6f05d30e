/**
 * What requests cost, counted and not timed: statements, rows written, and plans that use the indexes. The history is the
 * benchmark's, long enough that a plan over a whole table would be the wrong one.
 */
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import { loadDataset, type Dataset } from '../../bench/dataset.ts';
import { signAccessToken } from '../../src/auth/access-token.ts';
import { ClientQueries } from '../../src/db/client-queries.ts';
import { query } from '../../src/db/database.ts';
import { linkAllTransactions } from '../../src/linking/link-all-transactions.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { HttpClient } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const HISTORY = 20_000;
const BIG_TABLES = ['transactions', 'transaction_counts', 'budget_entries', 'allocation_counts', 'internal_transactions'] as const;
const DAYS_AND_MONTHS = ['account_days', 'account_months', 'budget_days', 'budget_months'] as const;
/** In this history the last one is so short that reading it whole may be the best plan. */
const LONG_TABLES = ['transactions', 'transaction_counts', 'budget_entries', 'account_days', 'budget_days', 'budget_months', 'funding_events'] as const;

const server = useServer();
let data: Dataset;
let http: HttpClient;

/** Eight years of daily events in four budgets. */
const insertFundingEvents = query<object>(`
INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, ordinal, created_at)
SELECT gen_random_uuid(), $1, b.id, 'fund', date '2016-01-01' + n, 0, 0, n, timestamptz '2026-01-01' + n * interval '1 s'
FROM unnest($2::uuid[]) AS b (id) CROSS JOIN generate_series(1, 3000) n`);

beforeAll(async () => {
  const url = new URL(inject('serverUrl'));
  const name = await server.db.row(query<{ name: string }>('SELECT current_database() AS name'));
  url.pathname = `/${name?.name ?? ''}`;
  data = await loadDataset(url.href, HISTORY, 'nobody logs in');
  await server.db.rows(insertFundingEvents, [data.accountId, data.budgetIds.slice(1, 5)]);
  await server.db.pool.query('ANALYZE funding_events');
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
  const before = await server.db.row(query<{ id: string }>('SELECT pg_current_xact_id()::text AS id'));
  await request();
  const written: Record<string, number> = {};
  for (const table of [...BIG_TABLES, ...DAYS_AND_MONTHS, 'budgets', 'bank_accounts']) {
    const row = await server.db.row(query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table} WHERE xmin::text::bigint > $1`), [before?.id]);
    written[table] = row?.count ?? 0;
  }
  return written;
}

async function count(sql: string, parameters: unknown[]): Promise<number> {
  return (await server.db.row(query<{ count: number }>(`SELECT count(*)::int AS count ${sql}`), parameters))?.count ?? 0;
}

const NO_DAYS = { account_days: 0, account_months: 0, budget_days: 0, budget_months: 0 };

describe('rows that a write touches', () => {
  it('an append touches its own rows, the totals and its three counts, and no other row; on a new day it begins the day', async () => {
    const append = (): Promise<unknown> => http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z')).expect(201);
    const written = { transactions: 1, transaction_counts: 3, budget_entries: 1, allocation_counts: 0, internal_transactions: 0, budgets: 1, bank_accounts: 1 };
    expect(await rowsWritten(append)).toEqual({ ...written, ...NO_DAYS, account_days: 1, budget_days: 1 });
    expect(await rowsWritten(append)).toEqual({ ...written, ...NO_DAYS });
  });

  it('a transfer that is the newest touches its own rows and the two budgets', async () => {
    const transfer = { bank_account: data.accountId, amount: '1', src_budget: data.budgetIds[1], dst_budget: data.budgetIds[2] };
    const send = (): Promise<unknown> => http.post('/api/v1/internal-transactions/', transfer).expect(201);
    await send();
    expect(await rowsWritten(send)).toEqual({
      transactions: 0,
      transaction_counts: 0,
      budget_entries: 2,
      allocation_counts: 0,
      internal_transactions: 1,
      ...NO_DAYS,
      budgets: 2,
      bank_accounts: 0,
    });
  });

  it('a back-dated post touches the later rows of its day in its two chains, the later days of its month, all later months, and no other', async () => {
    const endOfDay = "date_trunc('day', $2::timestamptz, 'UTC') + interval '24 hours'";
    const laterDays = "day > ($2::timestamptz AT TIME ZONE 'UTC')::date AND day < date_trunc('month', $2::timestamptz AT TIME ZONE 'UTC') + interval '1 month'";
    const laterMonths = "month > ($2::timestamptz AT TIME ZONE 'UTC')::date";
    const [account, budget] = [[data.accountId, data.middle], [data.budgetIds[0], data.middle]];
    const later = {
      transactions: await count(`FROM transactions WHERE bank_account_id = $1 AND transaction_date > $2 AND transaction_date < ${endOfDay}`, account),
      budget_entries: await count(`FROM budget_entries WHERE budget_id = $1 AND instant > $2 AND instant < ${endOfDay}`, budget),
      account_days: await count(`FROM account_days WHERE bank_account_id = $1 AND ${laterDays}`, account),
      account_months: await count(`FROM account_months WHERE bank_account_id = $1 AND ${laterMonths}`, account),
      budget_days: await count(`FROM budget_days WHERE budget_id = $1 AND ${laterDays}`, budget),
      budget_months: await count(`FROM budget_months WHERE budget_id = $1 AND ${laterMonths}`, budget),
    };
    expect(later.transactions).toBeGreaterThan(0);
    expect(later.account_months).toBeGreaterThan(50);
    expect(Object.values(later).reduce((sum, rows) => sum + rows, 0)).toBeLessThan(HISTORY / 100);
    const beginsDay = (await count("FROM budget_days WHERE budget_id = $1 AND day = ($2::timestamptz AT TIME ZONE 'UTC')::date", budget)) === 0;
    const written = await rowsWritten(() => http.post('/api/v1/transactions/', post(data.middle)).expect(201));
    expect(written).toEqual({
      ...later,
      transactions: later.transactions + 1,
      budget_entries: later.budget_entries + 1,
      budget_days: later.budget_days + (beginsDay ? 1 : 0),
      transaction_counts: 3,
      allocation_counts: 0,
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
    const later = await count('FROM budget_entries WHERE budget_id = ANY($1::uuid[]) AND instant >= $2 AND instant < date_trunc(\'day\', $2::timestamptz, \'UTC\') + interval \'24 hours\'', [[data.budgetIds[0], first, second], data.middle]);
    expect(written).toMatchObject({ transactions: 0, transaction_counts: 0, internal_transactions: 0, account_days: 0, account_months: 0, budgets: 3, bank_accounts: 0 });
    expect(written['budget_entries']).toBeLessThanOrEqual(later);
  });

  it('a change of type touches the transaction and the counts of its two types', async () => {
    const path = `/api/v1/transactions/${data.transactionId}/`;
    const written = await rowsWritten(() => http.patch(path, { transaction_type: 'fee' }).expect(200));
    expect(written).toMatchObject({ transactions: 1, transaction_counts: 2, budget_entries: 0, budgets: 0 });
    const unchanged = await rowsWritten(() => http.patch(path, { transaction_type: 'fee', memo: 'the same type' }).expect(200));
    expect(unchanged).toMatchObject({ transactions: 1, transaction_counts: 0 });
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

/** Lists of which every page that is reached from an end is to cost the same, whatever the history's length. */
const FLAT_LISTS = [
  'transactions/',
  'transactions/?bank_account=ACCOUNT',
  'transactions/?ordering=amount',
  'transactions/?ordering=-created_at',
  'transactions/?date_from=2021-11-01',
  'transactions/?date_to=2021-11-01T12:00:00Z',
  'transactions/?date_from=2018-03-03&date_to=2021-11-01&bank_account=ACCOUNT',
  'transactions/?posted_date_from=2021-11-01',
  'transactions/?posted_date_to=2018-03-03',
  'transactions/?posted_date_from=2018-03-03&posted_date_to=2021-11-01',
  'transactions/?transaction_type=ach',
  'transactions/?transaction_type=check',
  'transactions/?pending=true',
  'transactions/?pending=true&posted_date_to=2018-03-03',
  'transactions/?pending=false',
  'transactions/?pending=false&transaction_type=ach',
  'transactions/?pending=false&date_from=2018-03-03',
  'transactions/?date_from=2026-10-25&ordering=created_at',
  'transactions/?date_to=2016-11-08&ordering=-amount',
  'transactions/?posted_date_from=2026-10-25&ordering=amount&bank_account=ACCOUNT',
  'transactions/?transaction_type=check&ordering=created_at',
  'transactions/?search=zqx',
  'transactions/?search=zqx%20some&bank_account=ACCOUNT&ordering=amount',
  'allocations/',
  'allocations/?bank_account=ACCOUNT&ordering=-created_at',
  'allocations/?budget=BUDGET',
  'allocations/?category=Uncategorized:Unassigned',
  'allocations/?category=Home:Rent&bank_account=ACCOUNT&ordering=-created_at',
  'allocations/?category=Uncategorized:Unassigned&budget=BUDGET',
  'internal-transactions/',
  'internal-transactions/?ordering=created_at&bank_account=ACCOUNT',
  'funding-events/',
  'funding-events/?bank_account=ACCOUNT&ordering=date',
  'funding-events/?budget=BUDGET',
  'funding-events/?ordering=-created_at',
  'funding-events/?kind=fund&date_from=2018-03-03',
  'funding-events/?date_from=2018-03-03&date_to=2021-11-01',
];

/** The word that a search is for, in a few transactions. */
async function postRareWords(): Promise<void> {
  for (const posted_date of ['2018-03-03T08:00:00Z', '2026-11-20T08:00:00Z']) {
    await http.post('/api/v1/transactions/', { ...post(posted_date), raw_description: 'SOMETHING ZQX' }).expect(201);
  }
}

function listPath(list: string): string {
  return `/api/v1/${list.replace('ACCOUNT', data.accountId).replace('BUDGET', data.budgetIds[1] ?? '')}`;
}

interface PlanNode {
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** How many rows of the big tables a plan has read, those that it threw away among them. */
function rowsRead(node: PlanNode): number {
  const rows = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  const own = ['transactions', 'budget_entries', 'internal_transactions', 'funding_events'].some((table) => table === node['Relation Name']) ? rows * (node['Actual Loops'] ?? 0) : 0;
  return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsRead(child), 0);
}

function plainText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (!Array.isArray(value)) return pg.escapeLiteral(plainText(value));
  return pg.escapeLiteral(`{${value.map((element) => (element === null ? 'NULL' : JSON.stringify(plainText(element)))).join(',')}}`);
}

/** Runs a request and says how many rows of the big tables its transaction reads: each statement runs once more, undone. */
async function rowsReadByTransaction(request: () => Promise<unknown>): Promise<number> {
  let read = 0;
  const original = Object.getOwnPropertyDescriptor(ClientQueries.prototype, 'rows')?.value as ClientQueries['rows'];
  const spy = vi.spyOn(ClientQueries.prototype, 'rows').mockImplementation(async function (this: ClientQueries, prepared, parameters = []) {
    const run = <Row extends object>(text: string): Promise<Row[]> => original.call(this, { name: undefined, text }) as Promise<Row[]>;
    await run('SAVEPOINT measured');
    await run(`PREPARE measured AS ${prepared.text}`);
    const [plan] = await run<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE measured ${parameters.length > 0 ? `(${parameters.map(literal).join(', ')})` : ''}`);
    await run('DEALLOCATE measured');
    await run('ROLLBACK TO SAVEPOINT measured');
    read += plan ? rowsRead(plan['QUERY PLAN'][0].Plan) : 0;
    return original.call(this, prepared, parameters);
  });
  try {
    await request();
  } finally {
    spy.mockRestore();
  }
  return read;
}

describe('what the first and the last page of a list read', () => {
  const PAGE = 10;
  /** The page, what sixteen other accounts add to it, and the days on which a range begins and ends, of about 6 transactions each. */
  const FEW = 60;

  beforeAll(postRareWords);

  describe.each(['force_custom_plan', 'force_generic_plan'])('with %s', (mode) => {
    it.each(FLAT_LISTS)('%s', async (list) => {
      const path = listPath(list);
      const client = await server.db.pool.connect();
      const spy = vi.spyOn(server.db, 'rows');
      try {
        for (const page of ['1', 'last']) await http.get(`${path}${path.includes('?') ? '&' : '?'}page_size=${PAGE}&page=${page}`).expect(200);
        const reads = spy.mock.calls.filter(([{ text }]) => !text.includes('FROM users WHERE id'));
        expect(reads).toHaveLength(4);
        await client.query(`SET plan_cache_mode = ${mode}`);
        for (const [{ text }, parameters = []] of reads) {
          await client.query(`PREPARE measured AS ${text}`);
          const answer = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE measured${parameters.length > 0 ? `(${parameters.map(literal).join(', ')})` : ''}`);
          await client.query('DEALLOCATE measured');
          const read = answer.rows.map((row) => rowsRead(row['QUERY PLAN'][0].Plan))[0];
          expect({ text, few: (read ?? Infinity) <= FEW, read }).toEqual({ text, few: true, read });
        }
      } finally {
        spy.mockRestore();
        client.release(true);
      }
    });
  });
});

describe('what a change of the past reads, of chains of 1,000 and 20,000 entries', () => {
  /** A day has about 6 transactions here, and some statements look at it twice. */
  const FEW = 60;

  it('is hardly more than its days', async () => {
    const [, first = '', second = ''] = data.budgetIds;
    const read: Record<string, number> = {};
    let id = '';
    const splits = (wanted: Record<string, string>) => () => http.post(`/api/v1/transactions/${id}/splits/`, { splits: wanted }).expect(200);
    read['post'] = await rowsReadByTransaction(async () => {
      ({ id } = (await http.post('/api/v1/transactions/', post(data.middle)).expect(201)).body as { id: string });
    });
    read['append'] = await rowsReadByTransaction(() => http.post('/api/v1/transactions/', post('2026-11-25T08:00:00Z')).expect(201));
    read['split'] = await rowsReadByTransaction(splits({ [first]: '0.50' }));
    read['split again'] = await rowsReadByTransaction(splits({ [first]: '0.25', [second]: '0.25' }));
    read['delete'] = await rowsReadByTransaction(() => http.delete(`/api/v1/transactions/${id}/`).expect(204));
    const transfer = { bank_account: data.accountId, amount: '1', src_budget: first, dst_budget: second, effective_date: data.middle };
    read['transfer'] = await rowsReadByTransaction(() => http.post('/api/v1/internal-transactions/', transfer).expect(201));
    for (const [name, rows] of Object.entries(read)) expect({ name, rows, few: rows > 0 && rows <= FEW }).toEqual({ name, rows, few: true });
  });
});

describe('plans of the hot paths', () => {
  it('reach the big tables over indexes only', async () => {
    const account = `bank_account=${data.accountId}`;
    const budget = data.budgetIds[1] ?? '';
    const transfer = { bank_account: data.accountId, amount: '1', src_budget: data.budgetIds[1], dst_budget: data.budgetIds[2] };
    await http.get(`/api/v1/transactions/${data.transactionId}/`);
    for (const list of FLAT_LISTS) await http.get(listPath(list)).expect(200);
    for (const query of ['page=3', 'search=coffee', 'transaction_type=ach&date_from=2018-03-03', 'pending=false&posted_date_to=2018-03-03&date_from=2017-01-01']) {
      await http.get(`/api/v1/transactions/?${query}`).expect(200);
    }
    for (const query of [`transaction=${data.transactionId}`, `${account}&category=Home:Rent&budget=${budget}`]) {
      await http.get(`/api/v1/allocations/?${query}`).expect(200);
    }
    for (const query of [`budget=${budget}`, `src_budget=${budget}`]) await http.get(`/api/v1/internal-transactions/?${query}`);
    await http.get('/api/v1/budgets/');
    const { id } = (await http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z')).expect(201)).body as { id: string };
    await http.patch(`/api/v1/transactions/${id}/`, { transaction_type: 'ach' }).expect(200);
    await http.delete(`/api/v1/transactions/${id}/`).expect(204);
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

  it.each([
    ['after ANALYZE', 'ANALYZE transactions'],
    ['without statistics', `DELETE FROM pg_statistic WHERE starelid = 'transactions'::regclass; UPDATE pg_class SET reltuples = -1 WHERE oid = 'transactions'::regclass`],
  ])('candidates for links come out of the index on the mirrored amount, %s', async (_name, prepare) => {
    await http.post('/api/v1/transactions/', post('2026-11-20T08:00:00Z')).expect(201);
    await linkAllTransactions({ db: server.db, mutations: server.mutations, encryption: createFieldEncryption(server.config.encryptionKeys) }, server.app.log, AbortSignal.timeout(10_000));
    const [search] = server.statements.filter((text) => text.includes('near AS MATERIALIZED'));
    expect(search).toBeDefined();
    const client = await server.db.pool.connect();
    try {
      await client.query(`BEGIN; ${prepare}`);
      const plan = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN (GENERIC_PLAN) ${search ?? ''}`);
      const scans = plan.rows.map((line) => line['QUERY PLAN']).filter((line) => /Scan.* on transactions/.test(line));
      expect(scans).toEqual([expect.stringContaining('transactions_unlinked_mirrors')]);
    } finally {
      await client.query('ROLLBACK');
      client.release(true);
    }
  });
});
