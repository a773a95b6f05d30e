import type { FastifyInstance } from 'fastify';

import { transactionJson } from './json.ts';
import { listAnswer, type Query } from './list-answer.ts';
import type { ReferenceDatabase } from './postgres.ts';

export const COLUMNS = `t.id, t.sequence, t.bank_account_id, t.amount, t.party, t.posted_date, t.transaction_date, t.transaction_type, t.pending, t.memo,
  t.raw_description, t.description, t.linked_transaction_id, t.image, t.document, t.created_at, t.modified_at,
  k.posted + t.posted_in_day AS bank_account_posted_balance, k.available + t.available_in_day AS bank_account_available_balance`;
export const OPENING = `CROSS JOIN LATERAL (
  SELECT m.opening_posted + d.posted_in_month AS posted, m.opening_available + d.available_in_month AS available FROM account_days d, account_months m
  WHERE d.bank_account_id = t.bank_account_id AND d.day = (t.transaction_date AT TIME ZONE 'UTC')::date
    AND m.bank_account_id = t.bank_account_id AND m.month = date_trunc('month', t.transaction_date AT TIME ZONE 'UTC')::date LIMIT 1
) k`;

/** Parameter of the query → its condition. */
const FILTERS: Readonly<Record<string, (at: string) => string>> = {
  transaction_type: (at) => `t.transaction_type = ${at}`,
  date_from: (at) => `t.transaction_date >= ${at}::timestamptz`,
  date_to: (at) => `t.transaction_date < (${at}::date + 1)::timestamptz`,
  posted_date_from: (at) => `t.posted_date >= ${at}::timestamptz`,
  search: (at) => `(t.description ILIKE '%' || ${at} || '%' OR t.raw_description ILIKE '%' || ${at} || '%' OR t.party ILIKE '%' || ${at} || '%')`,
};

interface ListSql {
  count: string;
  rows: string;
  values: unknown[];
}

/** Each account's share comes from its own index, as the server has it; counts of unfiltered lists are kept, others counted. */
function listSql(userId: number, query: Query): ListSql {
  const values: unknown[] = [userId];
  const conditions: string[] = query['pending'] === 'false' ? ['NOT t.pending'] : [];
  const accounts = query['bank_account'] === undefined ? '' : ` AND o.bank_account_id = $${values.push(query['bank_account'])}`;
  for (const [name, condition] of Object.entries(FILTERS)) {
    const value = query[name];
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  }
  const filtered = conditions.map((condition) => ` AND ${condition}`).join('');
  const order = query['ordering'] === 'amount' ? 't.amount, t.sequence' : 't.transaction_date DESC, t.sequence DESC';
  const [limit, offset] = [`$${values.length + 1}::bigint`, `$${values.length + 2}::bigint`];
  return {
    count:
      conditions.length === 0
        ? `SELECT sum(a.transaction_count) AS count FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE o.user_id = $1${accounts}`
        : `SELECT count(*) FROM bank_account_owners o JOIN transactions t ON t.bank_account_id = o.bank_account_id WHERE o.user_id = $1${accounts}${filtered}`,
    rows: `SELECT ${COLUMNS}, t.currency FROM (
        SELECT t.*, a.currency FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id
        CROSS JOIN LATERAL (
          SELECT * FROM transactions t WHERE t.bank_account_id = o.bank_account_id${filtered} ORDER BY ${order} LIMIT ${limit} + ${offset}
        ) t
        WHERE o.user_id = $1${accounts} ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}
      ) t ${OPENING} ORDER BY ${order}`,
    values,
  };
}

/** Lists and retrieves transactions. */
export function transactionReads(app: FastifyInstance, database: ReferenceDatabase, userId: number): void {
  app.get<{ Querystring: Query }>('/api/v1/transactions/', async (request) => {
    const { count, rows, values } = listSql(userId, request.query);
    return listAnswer(request, { count: () => database.rows(count, values), rows: (limit, offset) => database.rows(rows, [...values, limit, offset]) }, transactionJson);
  });

  app.get<{ Params: { id: string } }>('/api/v1/transactions/:id/', async ({ params }) => {
    const sql = `SELECT ${COLUMNS}, a.currency FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id ${OPENING} WHERE t.id = $1`;
    const [row] = await database.rows(sql, [params.id]);
    return row && transactionJson(row);
  });
}
