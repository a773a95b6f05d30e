import { changeAllocations, insertAllocations, removeAllocations } from '../allocations/allocation-entries.ts';
import type { Principal } from '../auth/principal.ts';
import { drainArchivedBudgets } from '../budgets/drain-archived-budgets.ts';
import type { InstantText } from '../dates.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError, InvalidInput, issueOf } from '../errors.ts';
import { fitsMinorUnits, minorUnits, ZERO, Decimal } from '../money.ts';

interface TransactionWithAllocation {
  sequence: string;
  total: string;
  transaction_date: InstantText;
  id: string;
  budget_id: string;
  archived: boolean;
  amount: string;
}

// A row for each allocation; there is always one.
const findTransaction = query<TransactionWithAllocation>(
  `SELECT t.sequence, t.amount AS total, t.transaction_date, e.id, e.budget_id, b.archived_at IS NOT NULL AS archived, e.amount
   FROM transactions t JOIN budget_entries e ON e.transaction_id = t.id JOIN budgets b ON b.id = e.budget_id WHERE t.id = $1`,
);
const findBudgets = query<{ id: string; archived: boolean }>(
  'SELECT id, archived_at IS NOT NULL AS archived FROM budgets WHERE bank_account_id = $1 AND id = ANY($2::uuid[])',
);

/** How a transaction is to be spread. */
export interface SplitRequest {
  /** The transaction's. */
  id: string;
  /** Budget id → positive amount. */
  splits: ReadonlyMap<string, Decimal>;
}

/**
 * Spreads a transaction over budgets: its allocations are reconciled to exactly what is asked for. The sign is the
 * transaction's, the remainder goes to Unallocated, and allocations that stay keep their id, category and memo.
 * @throws AppError `not_found` when the principal sees no such transaction
 * @throws InvalidInput on `splits`, with nothing changed
 */
export async function splitTransaction(tx: Tx, principal: Principal, { id, splits }: SplitRequest, now: Date): Promise<void> {
  const account = await lockVisibleBankAccountOf(tx, principal, 'transactions', id);
  const rows = account ? await tx.rows(findTransaction, [id]) : [];
  const [transaction] = rows;
  if (!account || !transaction) throw new AppError('not_found');

  const present = new Map(rows.map((row) => [row.budget_id, { id: row.id, amount: new Decimal(row.amount) }]));
  await requireBudgets(tx, account, splits, present);
  const wanted = wantedAllocations(account, new Decimal(transaction.total), splits);

  const removed = [...present].flatMap(([ownerId, { id }]) => (wanted.has(ownerId) ? [] : [{ id, ownerId }]));
  const added = new Map([...wanted].filter(([budgetId]) => !present.has(budgetId)));
  const changes = [...wanted].flatMap(([ownerId, amount]) => {
    const kept = present.get(ownerId);
    return kept && !kept.amount.equals(amount) ? [{ id: kept.id, ownerId, amount }] : [];
  });
  if (removed.length + added.size + changes.length === 0) return;

  await removeAllocations(tx, account, removed);
  await changeAllocations(tx, account, changes, now);
  await insertAllocations(tx, account, { ...transaction, id }, added, now);
  // No allocation is added to an archived budget, so that it is among the present ones.
  const archived = rows.filter((row) => row.archived).map((row) => row.budget_id);
  if (archived.length > 0) await drainArchivedBudgets(tx, account, archived, principal.userId, now);
}

/** Each named budget must belong to the account, and be open unless the transaction is allocated there already. */
async function requireBudgets(
  tx: Tx,
  account: LockedBankAccount,
  splits: ReadonlyMap<string, Decimal>,
  present: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (splits.size === 0) return;
  const budgets = new Map((await tx.rows(findBudgets, [account.id, [...splits.keys()]])).map((row) => [row.id, row]));
  for (const budgetId of splits.keys()) {
    const budget = budgets.get(budgetId);
    if (!budget) throw new InvalidInput([issueOf('splits', 'does_not_exist', { id: budgetId })]);
    if (budget.archived && !present.has(budgetId)) throw new InvalidInput([issueOf('splits', 'split_to_archived_budget', { id: budgetId })]);
  }
}

/** @returns budget id → signed amount; the amounts add up to the transaction's */
function wantedAllocations(account: LockedBankAccount, total: Decimal, splits: ReadonlyMap<string, Decimal>): Map<string, Decimal> {
  let named = ZERO;
  for (const [budgetId, amount] of splits) {
    if (!amount.isPositive() || amount.isZero()) throw new InvalidInput([issueOf('splits', 'split_not_greater_than_zero', { id: budgetId })]);
    if (!fitsMinorUnits(amount, account.currency)) {
      throw new InvalidInput([issueOf('splits', 'split_with_too_many_decimals', { id: budgetId, decimals: minorUnits(account.currency) })]);
    }
    named = named.plus(amount);
  }
  if (named.greaterThan(total.abs())) {
    throw new InvalidInput([issueOf('splits', 'splits_exceed_transaction', { sum: named.toFixed(), total: total.abs().toFixed() })]);
  }
  const sign = total.isNegative() ? -1 : 1;
  const wanted = new Map([...splits].map(([budgetId, amount]) => [budgetId, amount.times(sign)]));
  const remainder = total.abs().minus(named).times(sign);
  if (!remainder.isZero() || wanted.size === 0) {
    wanted.set(account.unallocatedBudgetId, remainder.plus(wanted.get(account.unallocatedBudgetId) ?? ZERO));
  }
  return wanted;
}
