import { formatInstant, type Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { FieldError, type FieldErrors } from '../errors.ts';
import { amountIn, requireSameCurrency, type Decimal } from '../money.ts';
import type { InternalTransactionRow } from './internal-transaction.queries.ts';
import { transferMoney } from '../budgets/transfer-money.ts';

export interface InternalTransactionDraft {
  bankAccountId: string;
  amount: Decimal;
  amountCurrency: string | undefined;
  sourceBudgetId: string;
  destinationBudgetId: string;
  /** Undefined: now. */
  effectiveDate: Date | undefined;
}

const findBudgets = statement<BudgetRow>(`
SELECT b.id, b.bank_account_id, b.archived_at IS NOT NULL AS archived FROM budgets b
JOIN bank_account_owners o ON o.bank_account_id = b.bank_account_id AND o.user_id = $1
WHERE b.id IN ($2, $3)`);

interface BudgetRow {
  id: string;
  bank_account_id: string;
  archived: boolean;
}

/**
 * Moves money between two budgets on a user's request. The source may go negative.
 * @param userId the requesting user, who must own the account, and is its actor
 * @throws FieldError naming what does not exist, belongs elsewhere, is archived, or is no amount to move
 */
export async function createInternalTransaction(tx: Tx, draft: InternalTransactionDraft, userId: number, clock: Clock): Promise<InternalTransactionRow> {
  const account = await lockBankAccount(tx, draft.bankAccountId, userId);
  const budgets = new Map((await tx.rows(findBudgets, [userId, draft.sourceBudgetId, draft.destinationBudgetId])).map((row) => [row.id, row]));
  refuse(missingReferences(draft, account !== undefined, budgets));
  if (!account) throw FieldError.doesNotExist('bank_account', draft.bankAccountId);
  requireSameCurrency('amount_currency', draft.amountCurrency, account.currency);
  amountIn('amount', draft.amount, account.currency);
  if (draft.sourceBudgetId === draft.destinationBudgetId) throw FieldError.nonField('Source and destination budget must differ.');
  refuse(unusableBudgets(draft, account.id, budgets));

  // Under the lock, so that the order of created_at is that of the sequence.
  const now = clock.now();
  const effectiveDate = draft.effectiveDate ?? now;
  const { sourceBudgetId, destinationBudgetId, amount } = draft;
  const transferred = await transferMoney(tx, account, { sourceBudgetId, destinationBudgetId, amount, effectiveDate, actorId: userId }, now);
  return {
    id: transferred.id,
    bank_account_id: account.id,
    currency: account.currency,
    amount: amount.toFixed(4),
    src_budget_id: sourceBudgetId,
    dst_budget_id: destinationBudgetId,
    actor_id: userId,
    effective_date: formatInstant(effectiveDate),
    src_balance: transferred.sourceBalance,
    dst_balance: transferred.destinationBalance,
    created_at: formatInstant(now),
    modified_at: formatInstant(now),
  };
}

function refuse(errors: FieldErrors): void {
  if (Object.keys(errors).length > 0) throw new FieldError(errors);
}

function missingReferences(draft: InternalTransactionDraft, accountExists: boolean, budgets: ReadonlyMap<string, BudgetRow>): FieldErrors {
  const missing = (field: string, id: string): FieldErrors => FieldError.doesNotExist(field, id).fields;
  return {
    ...(accountExists ? {} : missing('bank_account', draft.bankAccountId)),
    ...(draft.amount.greaterThan(0) ? {} : { amount: ['Ensure this value is greater than 0.'] }),
    ...(budgets.has(draft.sourceBudgetId) ? {} : missing('src_budget', draft.sourceBudgetId)),
    ...(budgets.has(draft.destinationBudgetId) ? {} : missing('dst_budget', draft.destinationBudgetId)),
  };
}

function unusableBudgets(draft: InternalTransactionDraft, bankAccountId: string, budgets: ReadonlyMap<string, BudgetRow>): FieldErrors {
  const errors: FieldErrors = {};
  for (const [field, id] of [['src_budget', draft.sourceBudgetId], ['dst_budget', draft.destinationBudgetId]] as const) {
    const budget = budgets.get(id);
    if (budget?.bank_account_id !== bankAccountId) errors[field] = ['This budget does not belong to the given bank account.'];
    else if (budget.archived) errors[field] = ['This budget is archived and takes no new money.'];
  }
  return errors;
}
