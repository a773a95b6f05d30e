import { isVisibleSql, ownershipParameters } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { formatInstant } from '../dates.ts';
import { query } from '../db/database.ts';
import { InvalidInput, issueOf, refuse, type Issue } from '../errors.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import { currencyIssue, decimalsIssue, type Decimal } from '../money.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { InternalTransactionRow } from './internal-transaction.queries.ts';
import { transferMoney } from '../budgets/transfer-money.ts';

export interface InternalTransactionDraft {
  bankAccount: string;
  amount: Decimal;
  amountCurrency: string | undefined;
  sourceBudget: string;
  destinationBudget: string;
  /** Undefined: now. */
  effectiveDate: Date | undefined;
}

const findBudgets = query<BudgetRow>(`
SELECT b.id, b.bank_account_id, b.archived_at IS NOT NULL AS archived FROM budgets b
WHERE b.id IN ($1, $2) AND ${isVisibleSql('b.bank_account_id', 3)}`);

interface BudgetRow {
  id: string;
  bank_account_id: string;
  archived: boolean;
}

/**
 * Moves money between two budgets on the request of a user, who is its actor. The source may go negative.
 * @throws InvalidInput naming what does not exist, belongs elsewhere, is archived, or is no amount to move
 */
export async function createInternalTransaction(tx: Tx, principal: Principal, draft: InternalTransactionDraft, now: Date): Promise<InternalTransactionRow> {
  const account = await lockVisibleBankAccount(tx, principal, draft.bankAccount);
  const found = await tx.rows(findBudgets, [draft.sourceBudget, draft.destinationBudget, ...ownershipParameters(principal)]);
  const budgets = new Map(found.map((row) => [row.id, row]));
  refuse(missingReferences(draft, account !== undefined, budgets));
  if (!account) throw new InvalidInput([issueOf('bankAccount', 'does_not_exist', { id: draft.bankAccount })]);
  refuse([currencyIssue('amountCurrency', draft.amountCurrency, account.currency)]);
  refuse([decimalsIssue('amount', draft.amount, account.currency)]);
  if (draft.sourceBudget === draft.destinationBudget) throw new InvalidInput([{ path: [], code: 'same_budget_twice' }]);
  refuse(unusableBudgets(draft, account.id, budgets));

  const effectiveDate = draft.effectiveDate ?? now;
  const { sourceBudget, destinationBudget, amount } = draft;
  const transfer = { sourceBudgetId: sourceBudget, destinationBudgetId: destinationBudget, amount, effectiveDate, actorId: principal.userId };
  const transferred = await transferMoney(tx, account, transfer, now);
  return {
    id: transferred.id,
    bank_account_id: account.id,
    currency: account.currency,
    amount: amount.toFixed(4),
    src_budget_id: sourceBudget,
    dst_budget_id: destinationBudget,
    actor_id: principal.userId,
    effective_date: formatInstant(effectiveDate),
    src_balance: transferred.sourceBalance,
    dst_balance: transferred.destinationBalance,
    created_at: formatInstant(now),
    modified_at: formatInstant(now),
  };
}

function missingReferences(draft: InternalTransactionDraft, accountExists: boolean, budgets: ReadonlyMap<string, BudgetRow>): Issue[] {
  const issues: Issue[] = [];
  const missing = (field: 'bankAccount' | 'sourceBudget' | 'destinationBudget'): void => {
    issues.push(issueOf(field, 'does_not_exist', { id: draft[field] }));
  };
  if (!accountExists) missing('bankAccount');
  if (!draft.amount.greaterThan(0)) issues.push(issueOf('amount', 'not_greater_than_zero'));
  if (!budgets.has(draft.sourceBudget)) missing('sourceBudget');
  if (!budgets.has(draft.destinationBudget)) missing('destinationBudget');
  return issues;
}

function unusableBudgets(draft: InternalTransactionDraft, bankAccountId: string, budgets: ReadonlyMap<string, BudgetRow>): Issue[] {
  return (['sourceBudget', 'destinationBudget'] as const).flatMap((field): Issue[] => {
    const budget = budgets.get(draft[field]);
    if (budget?.bank_account_id !== bankAccountId) return [issueOf(field, 'budget_of_other_account')];
    return budget.archived ? [issueOf(field, 'budget_archived')] : [];
  });
}
