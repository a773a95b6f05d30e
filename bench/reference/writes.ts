import { randomUUID } from 'node:crypto';

import type { FastifyInstance } from 'fastify';

import { changeEntry, insertEntries, insertTransaction, lock, lockAccountOf, removeEntry, type NewTransaction } from './chains.ts';
import { allocationJson, transactionJson, transferJson } from './json.ts';
import { openingOf } from './other-reads.ts';
import type { ReferenceDatabase } from './postgres.ts';
import { COLUMNS, OPENING } from './transaction-reads.ts';

/** A body as the benchmark posts it. */
interface NewTransfer {
  bank_account: string;
  amount: string;
  src_budget: string;
  dst_budget: string;
  effective_date: string;
}

/** Posts transactions, splits and transfers. */
export function writes(app: FastifyInstance, database: ReferenceDatabase, userId: number): void {
  app.post<{ Body: NewTransaction }>('/api/v1/transactions/', async ({ body }, reply) => {
    const row = await database.inTransaction(async (rows) => {
      const account = await lock(rows, body.bank_account);
      const now = new Date();
      const inserted = await insertTransaction(rows, account, body, now);
      const place = { instant: body.posted_date, kind: 1, position: inserted['sequence'], parentId: inserted['id'] } as const;
      await insertEntries(rows, account, place, { [account.unallocated_budget_id]: body.amount }, now);
      return { ...inserted, currency: account.currency };
    });
    return reply.code(201).send(transactionJson(row));
  });

  app.patch<{ Params: { id: string }; Body: { memo: string } }>('/api/v1/transactions/:id/', async ({ params: { id }, body: { memo } }) =>
    database.inTransaction(async (rows) => {
      await lockAccountOf(rows, id);
      const [present] = await rows(`SELECT ${COLUMNS}, a.currency FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id ${OPENING} WHERE t.id = $1`, [id]);
      const now = new Date();
      await rows('UPDATE transactions SET memo = $2, modified_at = $3 WHERE id = $1', [id, memo, now]);
      return transactionJson({ ...present, memo, modified_at: now });
    }),
  );

  app.post<{ Body: NewTransfer }>('/api/v1/internal-transactions/', async ({ body }, reply) => {
    const row = await database.inTransaction(async (rows) => {
      const account = await lock(rows, body.bank_account);
      await rows('SELECT id, archived_at FROM budgets WHERE bank_account_id = $1 AND id = ANY($2::uuid[])', [account.id, [body.src_budget, body.dst_budget]]);
      const now = new Date();
      const [inserted] = await rows(
        `INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING *`,
        [randomUUID(), account.id, body.amount, body.src_budget, body.dst_budget, userId, body.effective_date, now],
      );
      const place = { instant: body.effective_date, kind: 0, position: inserted?.['sequence'], parentId: inserted?.['id'] } as const;
      const entries = await insertEntries(rows, account, place, { [body.src_budget]: `-${body.amount}`, [body.dst_budget]: body.amount }, now);
      const balanceOf = (budget: string): unknown => entries.find((entry) => entry['budget_id'] === budget)?.['balance'];
      return { ...inserted, currency: account.currency, src_balance: balanceOf(body.src_budget), dst_balance: balanceOf(body.dst_budget) };
    });
    return reply.code(201).send(transferJson(row));
  });

  // One budget gets an amount and the rest stays with Unallocated; no budget puts all back there.
  app.post<{ Params: { id: string }; Body: { splits: Record<string, string> } }>('/api/v1/transactions/:id/splits/', async ({ params: { id }, body: { splits } }) =>
    database.inTransaction(async (rows) => {
      const account = await lockAccountOf(rows, id);
      const present = await rows(
        `SELECT t.sequence, t.transaction_date, e.id, e.budget_id, b.archived_at, e.amount
         FROM transactions t JOIN budget_entries e ON e.transaction_id = t.id JOIN budgets b ON b.id = e.budget_id WHERE t.id = $1`,
        [id],
      );
      const [transaction] = present;
      const rest = present.find((row) => row['budget_id'] === account.unallocated_budget_id);
      const now = new Date();
      for (const row of present) {
        if (row === rest) continue;
        await removeEntry(rows, row['id']);
        await changeEntry(rows, rest?.['id'], row['amount'], now);
      }
      for (const [budget, amount] of Object.entries(splits)) {
        await rows('SELECT id, archived_at FROM budgets WHERE bank_account_id = $1 AND id = ANY($2::uuid[])', [account.id, [budget]]);
        await changeEntry(rows, rest?.['id'], amount, now);
        const place = { instant: transaction?.['transaction_date'], kind: 1, position: transaction?.['sequence'], parentId: id } as const;
        await insertEntries(rows, account, place, { [budget]: `-${amount}` }, now);
      }
      const answer = await rows(
        `SELECT e.*, k.balance + e.balance_in_day AS balance, a.currency
         FROM budget_entries e JOIN bank_accounts a ON a.id = e.bank_account_id ${openingOf('e')} WHERE e.transaction_id = $1 ORDER BY e.sequence`,
        [id],
      );
      return answer.map(allocationJson);
    }),
  );
}
