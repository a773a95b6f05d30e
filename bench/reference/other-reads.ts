import type { FastifyInstance } from 'fastify';

import { fundingBudgetOf, fundingColumnsSql, type FundingColumns } from '../../src/budgets/funding-budget.ts';
import { systemClock, todayIn } from '../../src/dates.ts';
import { nextFunding } from '../../src/budgets/next-funding.ts';
import { accountJson, allocationJson, budgetJson, profileJson, transferJson } from './json.ts';
import { listAnswer, type Query } from './list-answer.ts';
import type { ReferenceDatabase, Row } from './postgres.ts';

type BudgetRow = FundingColumns & Row & { currency: string; timezone: string; unallocated_budget_id: string };

/** The server's own search: what is measured is what lies around it. */
function nextFundingJson(row: BudgetRow): object | null {
  const context = { currency: row.currency, lastPostedThrough: null, unallocatedBudgetId: row.unallocated_budget_id, today: todayIn(systemClock, row.timezone) };
  const next = nextFunding(fundingBudgetOf(row), null, context);
  return next && { date: next.date, amount: next.amount.toFixed(2), amount_currency: row.currency, deferred: next.deferred };
}

/** SQL that joins to an entry the balance with which its day begins. */
export function openingOf(entry: string, opening = 'k'): string {
  return `CROSS JOIN LATERAL (
    SELECT m.opening_balance + d.balance_in_month AS balance FROM budget_days d, budget_months m
    WHERE d.budget_id = ${entry}.budget_id AND d.day = (${entry}.instant AT TIME ZONE 'UTC')::date
      AND m.budget_id = ${entry}.budget_id AND m.month = date_trunc('month', ${entry}.instant AT TIME ZONE 'UTC')::date LIMIT 1
  ) ${opening}`;
}

/** Retrieves the user's profile, and lists accounts, budgets, allocations and transfers. The budgets are open ones without fill-ups. */
export function otherReads(app: FastifyInstance, database: ReferenceDatabase, userId: number): void {
  app.get('/api/v1/users/me/', async (request) => {
    const [user] = await database.rows('SELECT id, username, name, default_bank_account_id, timezone FROM users WHERE id = $1', [userId]);
    return user && profileJson(user, `${request.protocol}://${request.host}`);
  });

  app.get<{ Querystring: Query }>('/api/v1/bank-accounts/', (request) => {
    const from = 'FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE o.user_id = $1';
    const columns = `a.*,
      ARRAY(SELECT u.username FROM bank_account_owners w JOIN users u ON u.id = w.user_id WHERE w.bank_account_id = a.id ORDER BY w.sequence) AS owners,
      (SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id AND b.is_unallocated) AS unallocated_budget_id`;
    return listAnswer(
      request,
      {
        count: () => database.rows(`SELECT count(*) ${from}`, [userId]),
        rows: (limit, offset) => database.rows(`SELECT ${columns} ${from} ORDER BY a.name COLLATE "C", a.id LIMIT $2 OFFSET $3`, [userId, limit, offset]),
      },
      accountJson,
    );
  });

  app.get<{ Querystring: Query }>('/api/v1/budgets/', async (request) => {
    const owned = `FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id WHERE o.user_id = $1 AND b.archived_at IS NULL`;
    const sql = `SELECT b.bank_account_id, b.with_fillup_goal, b.archived_at, b.memo, b.auto_spend, b.color, b.created_at, b.modified_at, ${fundingColumnsSql('b')},
        a.currency, a.timezone, a.unallocated_budget_id
      FROM budgets b JOIN (
        SELECT a.id, a.currency,
          (SELECT u.timezone FROM bank_account_owners w JOIN users u ON u.id = w.user_id WHERE w.bank_account_id = a.id AND u.is_active ORDER BY w.sequence LIMIT 1),
          (SELECT u.id FROM budgets u WHERE u.bank_account_id = a.id AND u.is_unallocated) AS unallocated_budget_id
        FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE o.user_id = $1 OFFSET 0
      ) a ON a.id = b.bank_account_id
      WHERE b.archived_at IS NULL ORDER BY b.name COLLATE "C", b.id LIMIT $2 OFFSET $3`;
    const rows = async (limit: number, offset: number): Promise<Row[]> =>
      (await database.rows<BudgetRow>(sql, [userId, limit, offset])).map((row) => ({ ...row, next_funding: nextFundingJson(row) }));
    return listAnswer(request, { count: () => database.rows(`SELECT count(*) ${owned}`, [userId]), rows }, budgetJson);
  });

  app.get<{ Querystring: Query }>('/api/v1/allocations/', (request) => {
    const { category } = request.query;
    const values = category === undefined ? [userId] : [userId, category];
    const filtered = category === undefined ? '' : ' AND e.category = $2';
    const count =
      category === undefined
        ? 'SELECT sum(b.allocation_count) AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id WHERE o.user_id = $1'
        : `SELECT count(*) FROM bank_account_owners o JOIN budget_entries e ON e.bank_account_id = o.bank_account_id AND e.kind = 1 WHERE o.user_id = $1${filtered}`;
    const [limit, offset] = [`$${values.length + 1}::bigint`, `$${values.length + 2}::bigint`];
    const rows = `SELECT e.*, k.balance + e.balance_in_day AS balance FROM (
        SELECT e.*, a.currency FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id
        CROSS JOIN LATERAL (
          SELECT * FROM budget_entries e
          WHERE e.bank_account_id = o.bank_account_id AND e.kind = 1${filtered} ORDER BY e.created_at, e.sequence LIMIT ${limit} + ${offset}
        ) e
        WHERE o.user_id = $1 ORDER BY e.created_at, e.sequence LIMIT ${limit} OFFSET ${offset}
      ) e ${openingOf('e')} ORDER BY e.created_at, e.sequence`;
    return listAnswer(request, { count: () => database.rows(count, values), rows: (limit, offset) => database.rows(rows, [...values, limit, offset]) }, allocationJson);
  });

  app.get<{ Querystring: Query }>('/api/v1/internal-transactions/', (request) => {
    const count = `SELECT sum(b.transfer_count) / 2 AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id WHERE o.user_id = $1`;
    const rows = `SELECT i.*, a.currency, source_opening.balance + source.balance_in_day AS src_balance,
        destination_opening.balance + destination.balance_in_day AS dst_balance
      FROM (
        SELECT i.* FROM bank_account_owners o CROSS JOIN LATERAL (
          SELECT * FROM internal_transactions i WHERE i.bank_account_id = o.bank_account_id
          ORDER BY i.created_at DESC, i.sequence DESC LIMIT $2::bigint + $3::bigint
        ) i
        WHERE o.user_id = $1 ORDER BY i.created_at DESC, i.sequence DESC LIMIT $2 OFFSET $3
      ) i
      JOIN bank_accounts a ON a.id = i.bank_account_id
      JOIN budget_entries source ON source.internal_transaction_id = i.id AND source.budget_id = i.src_budget_id ${openingOf('source', 'source_opening')}
      JOIN budget_entries destination ON destination.internal_transaction_id = i.id AND destination.budget_id = i.dst_budget_id ${openingOf('destination', 'destination_opening')}
      ORDER BY i.created_at DESC, i.sequence DESC`;
    return listAnswer(request, { count: () => database.rows(count, [userId]), rows: (limit, offset) => database.rows(rows, [userId, limit, offset]) }, transferJson);
  });
}
