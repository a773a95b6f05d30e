/**
 * The bare reference: the same reads and writes, with the same JSON out, as hand-written `pg` named prepared statements
 * behind minimal Fastify handlers. No authentication, no validation, no OpenAPI, no ownership: what is left is what
 * Postgres, the driver and Fastify cost. The benchmark measures the server against it in the same run.
 */
import { randomUUID } from 'node:crypto';

import Fastify from 'fastify';
import pg from 'pg';

const [connectionString = '', accountId = '', unallocatedId = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString, max: 20 });
const app = Fastify();

type Row = Record<string, string | boolean | Date | null>;
type Runner = Pick<pg.PoolClient, 'query'>;

async function run(runner: Runner, name: string, text: string, values: unknown[]): Promise<Row[]> {
  return (await runner.query<Row>({ name, text, values })).rows;
}

async function inTransaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const money = (value: unknown): string => {
  const text = String(value);
  return text.slice(0, text.indexOf('.') + 3);
};
const instant = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

function transactionJson(row: Row): object {
  return {
    id: row['id'],
    bank_account: row['bank_account_id'],
    amount: money(row['amount']),
    amount_currency: row['currency'],
    party: row['party'],
    posted_date: instant(row['posted_date']),
    transaction_date: instant(row['transaction_date']),
    transaction_type: row['transaction_type'],
    pending: row['pending'],
    memo: row['memo'],
    raw_description: row['raw_description'],
    description: row['description'],
    linked_transaction: row['linked_transaction_id'],
    bank_account_posted_balance: money(row['bank_account_posted_balance']),
    bank_account_posted_balance_currency: row['currency'],
    bank_account_available_balance: money(row['bank_account_available_balance']),
    bank_account_available_balance_currency: row['currency'],
    image: row['image'],
    document: row['document'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

function allocationJson(row: Row): object {
  return {
    id: row['id'],
    transaction: row['transaction_id'],
    budget: row['budget_id'],
    amount: money(row['amount']),
    amount_currency: 'USD',
    budget_balance: money(row['balance']),
    budget_balance_currency: 'USD',
    category: row['category'],
    memo: row['memo'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

const TRANSACTION = `t.id, t.bank_account_id, t.amount, a.currency, t.party, t.posted_date, t.transaction_date, t.transaction_type, t.pending, t.memo,
  t.raw_description, t.description, t.linked_transaction_id, t.bank_account_posted_balance, t.bank_account_available_balance, t.image, t.document,
  t.created_at, t.modified_at FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id`;
const NEWEST = 'ORDER BY t.transaction_date DESC, t.sequence DESC LIMIT 100';

async function list(name: string, where: string, countSql: string, values: unknown[]): Promise<object> {
  const [count, rows] = await Promise.all([
    run(pool, `${name}-count`, countSql, values),
    run(pool, name, `SELECT ${TRANSACTION} WHERE t.bank_account_id = $1 ${where} ${NEWEST}`, values),
  ]);
  return { count: Number(count[0]?.['count']), next: null, previous: null, results: rows.map(transactionJson) };
}

app.get<{ Params: { id: string } }>('/transactions/:id', async ({ params }) => {
  const [row] = await run(pool, 'retrieve', `SELECT ${TRANSACTION} WHERE t.id = $1`, [params.id]);
  return row && transactionJson(row);
});
app.get('/transactions', async () => list('list', '', 'SELECT transaction_count AS count FROM bank_accounts WHERE id = $1', [accountId]));
app.get<{ Querystring: { from: string } }>('/filtered', async ({ query }) =>
  list('filtered', 'AND t.transaction_date >= $2', 'SELECT count(*) FROM transactions t WHERE t.bank_account_id = $1 AND t.transaction_date >= $2', [
    accountId,
    query.from,
  ]),
);
app.get<{ Querystring: { term: string } }>('/search', async ({ query }) => {
  const where = 'AND (t.description ILIKE $2 OR t.raw_description ILIKE $2 OR t.party ILIKE $2)';
  return list('search', where, `SELECT count(*) FROM transactions t WHERE t.bank_account_id = $1 ${where}`, [accountId, `%${query.term}%`]);
});

const LOCK = 'SELECT id, currency, opening_available, opening_posted FROM bank_accounts WHERE id = $1 FOR UPDATE';

const INSERT_TRANSACTION = `
WITH previous AS (
  SELECT bank_account_available_balance AS balance FROM transactions WHERE bank_account_id = $1 AND transaction_date <= $3
  ORDER BY transaction_date DESC, sequence DESC LIMIT 1
), later AS (
  UPDATE transactions SET bank_account_available_balance = bank_account_available_balance + $2::numeric,
    bank_account_posted_balance = bank_account_posted_balance + $2::numeric
  WHERE bank_account_id = $1 AND transaction_date > $3
), account AS (
  UPDATE bank_accounts SET available_balance = available_balance + $2::numeric, posted_balance = posted_balance + $2::numeric,
    transaction_count = transaction_count + 1 WHERE id = $1
)
INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description, party,
  bank_account_available_balance, bank_account_posted_balance, created_at, modified_at)
SELECT $4, $1, $2::numeric, $3, $3, $5, $6, $6, $6, (SELECT balance FROM previous) + $2::numeric, (SELECT balance FROM previous) + $2::numeric, $7, $7
RETURNING *, 'USD' AS currency`;

const INSERT_ENTRY = `
WITH later AS (
  UPDATE budget_entries SET balance = balance + $7::numeric WHERE budget_id = $2 AND (instant, kind, position) > ($3, $4::smallint, $5::bigint)
), total AS (
  UPDATE budgets SET balance = balance + $7::numeric, allocation_count = allocation_count + $4, transfer_count = transfer_count + 1 - $4 WHERE id = $2
)
INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance, transaction_id, internal_transaction_id, category, created_at, modified_at)
SELECT $1, $10, $2, $3, $4::smallint, $5::bigint, $7::numeric,
  $7::numeric + coalesce((SELECT balance FROM budget_entries WHERE budget_id = $2 AND (instant, kind, position) < ($3, $4::smallint, $5::bigint)
    ORDER BY instant DESC, kind DESC, position DESC LIMIT 1), 0),
  CASE WHEN $4 = 1 THEN $6::uuid END, CASE WHEN $4 = 0 THEN $6::uuid END, $8, $9, $9
RETURNING *`;

async function insertEntry(
  client: pg.PoolClient,
  entry: { account: string; budget: string; instant: unknown; kind: 0 | 1; position: unknown; parent: string; amount: string; now: Date },
): Promise<Row | undefined> {
  const { account, budget, kind, position, parent, amount, now } = entry;
  const category = kind === 1 ? 'Uncategorized:Unassigned' : null;
  const rows = await run(client, 'insert-entry', INSERT_ENTRY, [randomUUID(), budget, entry.instant, kind, position, parent, amount, category, now, account]);
  return rows[0];
}

interface NewTransaction {
  bank_account: string;
  unallocated: string;
  amount: string;
  posted_date: string;
  transaction_type: string;
  raw_description: string;
}

app.post<{ Body: NewTransaction }>('/transactions', async ({ body }, reply) => {
  const row = await inTransaction(async (client) => {
    await run(client, 'lock', LOCK, [body.bank_account]);
    const id = randomUUID();
    const now = new Date();
    const values = [body.bank_account, body.amount, body.posted_date, id, body.transaction_type, body.raw_description, now];
    const [inserted] = await run(client, 'insert-transaction', INSERT_TRANSACTION, values);
    const entry = { account: body.bank_account, budget: body.unallocated, instant: body.posted_date, amount: body.amount, now };
    await insertEntry(client, { ...entry, kind: 1, position: inserted?.['sequence'], parent: id });
    return inserted;
  });
  return reply.code(201).send(row && transactionJson(row));
});

app.post<{ Body: { amount: string; src_budget: string; dst_budget: string } }>('/internal-transactions', async ({ body }, reply) => {
  const answer = await inTransaction(async (client) => {
    await run(client, 'lock', LOCK, [accountId]);
    const id = randomUUID();
    const now = new Date();
    await run(client, 'budgets', 'SELECT id, archived_at FROM budgets WHERE bank_account_id = $1 AND id = ANY($2::uuid[])', [accountId, [body.src_budget, body.dst_budget]]);
    const [inserted] = await run(
      client,
      'insert-transfer',
      `INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
       VALUES ($1, $2, $3, $4, $5, 1, $6, $6, $6) RETURNING *`,
      [id, accountId, body.amount, body.src_budget, body.dst_budget, now],
    );
    const side = { account: accountId, instant: now, kind: 0, position: inserted?.['sequence'], parent: id, now } as const;
    const source = await insertEntry(client, { ...side, budget: body.src_budget, amount: `-${body.amount}` });
    const destination = await insertEntry(client, { ...side, budget: body.dst_budget, amount: body.amount });
    return {
      id,
      bank_account: accountId,
      amount: money(inserted?.['amount']),
      amount_currency: 'USD',
      src_budget: body.src_budget,
      dst_budget: body.dst_budget,
      actor: 1,
      effective_date: now.toISOString(),
      src_budget_balance: money(source?.['balance']),
      src_budget_balance_currency: 'USD',
      dst_budget_balance: money(destination?.['balance']),
      dst_budget_balance_currency: 'USD',
      created_at: now.toISOString(),
      modified_at: now.toISOString(),
    };
  });
  return reply.code(201).send(answer);
});

const CHANGE_ENTRY = `
WITH changed AS (SELECT id, budget_id, instant, kind, position FROM budget_entries WHERE id = $1),
total AS (UPDATE budgets b SET balance = b.balance + $2::numeric FROM changed c WHERE b.id = c.budget_id)
UPDATE budget_entries e SET balance = e.balance + $2::numeric, amount = CASE WHEN e.id = $1 THEN e.amount + $2::numeric ELSE e.amount END
FROM changed c WHERE e.budget_id = c.budget_id AND (e.instant, e.kind, e.position) >= (c.instant, c.kind, c.position)`;

const REMOVE_ENTRY = `
WITH gone AS (DELETE FROM budget_entries WHERE id = $1 RETURNING budget_id, instant, kind, position, amount),
later AS (UPDATE budget_entries e SET balance = e.balance - g.amount FROM gone g
  WHERE e.budget_id = g.budget_id AND (e.instant, e.kind, e.position) > (g.instant, g.kind, g.position))
UPDATE budgets b SET balance = b.balance - g.amount, allocation_count = b.allocation_count - 1 FROM gone g WHERE b.id = g.budget_id`;

/** One budget gets `amount`, the rest goes to Unallocated; no budget puts all back there. */
app.post<{ Params: { id: string }; Body: { budget?: string; amount?: string } }>('/transactions/:id/splits', async ({ params, body }) =>
  inTransaction(async (client) => {
    await run(client, 'lock', LOCK, [accountId]);
    const [transaction] = await run(client, 'split-transaction', 'SELECT sequence, amount, transaction_date FROM transactions WHERE id = $1', [params.id]);
    const present = await run(client, 'split-allocations', 'SELECT id, budget_id, amount FROM budget_entries WHERE transaction_id = $1', [params.id]);
    const rest = present.find((row) => row['budget_id'] === unallocatedId);
    const now = new Date();
    if (body.budget === undefined) {
      for (const row of present.filter((candidate) => candidate !== rest)) {
        await run(client, 'remove-entry', REMOVE_ENTRY, [row['id']]);
        await run(client, 'change-entry', CHANGE_ENTRY, [rest?.['id'], row['amount']]);
      }
    } else {
      await run(client, 'split-budgets', 'SELECT id, archived_at FROM budgets WHERE bank_account_id = $1 AND id = ANY($2::uuid[])', [accountId, [body.budget]]);
      await run(client, 'change-entry', CHANGE_ENTRY, [rest?.['id'], body.amount]);
      const entry = { account: accountId, budget: body.budget, instant: transaction?.['transaction_date'], amount: `-${body.amount ?? ''}`, now };
      await insertEntry(client, { ...entry, kind: 1, position: transaction?.['sequence'], parent: params.id });
    }
    const rows = await run(client, 'split-answer', 'SELECT * FROM budget_entries WHERE transaction_id = $1 ORDER BY sequence', [params.id]);
    return rows.map(allocationJson);
  }),
);

const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`reference listens on ${url}\n`);
process.on('SIGTERM', () => {
  void app.close().then(() => pool.end());
});
