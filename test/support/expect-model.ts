import { expect } from 'vitest';

import { formatMoney, type Decimal } from '../../src/money.ts';
import type { LedgerUnderTest } from './ledger-operations.ts';

/** Everything that the API shows of an account is what the model says: balances, snapshots, lists and their order. */
export async function expectModel({ api, account, model }: LedgerUnderTest): Promise<void> {
  const text = (amount: Decimal | undefined): string | undefined => amount && formatMoney(amount, account.currency);
  const list = async (path: string): Promise<unknown[]> => {
    const { body } = await api.send('GET', `/api/v1/${path}/?bank_account=${account.id}&page_size=500`);
    const { count, results } = body as { count: number; results: unknown[] };
    expect(count).toBe(results.length);
    return results;
  };
  const [shown, budgets, transactions, allocations, transfers] = await Promise.all([
    api.send('GET', `/api/v1/bank-accounts/${account.id}/`),
    list('budgets'),
    list('transactions'),
    list('allocations'),
    list('internal-transactions'),
  ]);

  const chain = model.accountChain();
  const snapshots = model.snapshots();
  expect(shown.body).toMatchObject({
    available_balance: text(chain.at(-1)?.available ?? model.opening.available),
    posted_balance: text(chain.at(-1)?.posted ?? model.opening.posted),
  });
  expect(chosen(transactions, ['id', 'amount', 'pending', 'transaction_date', 'bank_account_available_balance', 'bank_account_posted_balance'])).toEqual(
    chain.toReversed().map((transaction) => ({
      id: transaction.id,
      amount: text(transaction.amount),
      pending: transaction.pending,
      transaction_date: transaction.date,
      bank_account_available_balance: text(transaction.available),
      bank_account_posted_balance: text(transaction.posted),
    })),
  );
  expect(new Map(chosen(budgets, ['id', 'balance', 'archived', 'complete', 'target_balance', 'fillup_goal']).map((row) => [row['id'], row]))).toEqual(
    new Map(
      model.budgets.map(({ id, archived, complete, target, fillup }) => [
        id,
        { id, balance: text(model.balance(id)), archived, complete, target_balance: text(target), fillup_goal: fillup },
      ]),
    ),
  );
  expect(chosen(allocations, ['transaction', 'budget', 'amount', 'budget_balance'])).toEqual(
    model.transactions
      .flatMap(({ id, allocations: own }) => own.map((allocation) => ({ id, allocation })))
      .toSorted((a, b) => a.allocation.order - b.allocation.order)
      .map(({ id, allocation }) => ({
        transaction: id,
        budget: allocation.budget,
        amount: text(allocation.amount),
        budget_balance: text(snapshots.get(allocation.budget)?.get(allocation)),
      })),
  );
  expect(chosen(transfers, ['src_budget', 'dst_budget', 'amount', 'effective_date', 'src_budget_balance', 'dst_budget_balance'])).toEqual(
    model.transfers
      .toSorted((a, b) => b.order - a.order)
      .map((transfer) => ({
        src_budget: transfer.source,
        dst_budget: transfer.destination,
        amount: text(transfer.amount),
        effective_date: transfer.effectiveDate,
        src_budget_balance: text(snapshots.get(transfer.source)?.get(transfer)),
        dst_budget_balance: text(snapshots.get(transfer.destination)?.get(transfer)),
      })),
  );
}

/** The rows with only these fields. */
function chosen(rows: readonly unknown[], fields: readonly string[]): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(fields.map((field) => [field, (row as Record<string, unknown>)[field]])));
}
