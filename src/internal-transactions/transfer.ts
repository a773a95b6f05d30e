import { v7 as uuidv7 } from 'uuid';

import { ENTRY_KIND, insertEntries } from '../ledger/running-budget-balances.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import type { Decimal } from '../money.ts';

export interface Transfer {
  sourceBudgetId: string;
  destinationBudgetId: string;
  /** Greater than zero. */
  amount: Decimal;
  /** Where it stands in the two chains; a past one slots in where it belongs. */
  effectiveDate: Date;
  /** The user on whose account it happens. */
  actorId: number;
}

export interface Transferred {
  id: string;
  sequence: string;
  /** The source's and the destination's balance up to and including this transfer. */
  sourceBalance: string;
  destinationBalance: string;
}

const insertStatement = statement<{ sequence: string }>(`
INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING sequence`);

/**
 * Moves money between two budgets of the locked account: the only mover there is, besides the funding engine's batch.
 * @param now the time of creation, taken under the lock
 */
export async function transferMoney(tx: Tx, account: LockedBankAccount, transfer: Transfer, now: Date): Promise<Transferred> {
  const id = uuidv7();
  const inserted = await tx.row(insertStatement, [
    id,
    account.id,
    transfer.amount.toFixed(),
    transfer.sourceBudgetId,
    transfer.destinationBudgetId,
    transfer.actorId,
    transfer.effectiveDate,
    now,
  ]);
  if (!inserted) throw new Error('an INSERT returned no row');
  const side = { instant: transfer.effectiveDate, kind: ENTRY_KIND.transfer, position: inserted.sequence, parentId: id };
  const balances = await insertEntries(
    tx,
    account,
    [
      { ...side, id: uuidv7(), budgetId: transfer.sourceBudgetId, amount: transfer.amount.negated() },
      { ...side, id: uuidv7(), budgetId: transfer.destinationBudgetId, amount: transfer.amount },
    ],
    now,
  );
  const balanceOf = (budgetId: string): string => balances.find((entry) => entry.budget_id === budgetId)?.balance ?? '0';
  return {
    id,
    sequence: inserted.sequence,
    sourceBalance: balanceOf(transfer.sourceBudgetId),
    destinationBalance: balanceOf(transfer.destinationBudgetId),
  };
}
