import { v7 as uuidv7 } from 'uuid';

import { bigint, instant, numeric, smallint, uuid, type NewRowOf } from '../db/columns.ts';
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import { insertion } from '../ledger/chain-writes.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Decimal } from '../money.ts';
import { BUDGET_CHAIN } from './budget-chain.ts';

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

/** What is written of a side of an internal transaction, and how such sides are counted. */
export const TRANSFER_SIDE = {
  columns: {
    id: uuid,
    internal_transaction_id: uuid,
    budget_id: uuid,
    instant,
    kind: smallint,
    position: bigint,
    amount: numeric,
    created_at: instant,
    modified_at: instant,
  },
  counter: 'transfer_count',
};

export type TransferSide = NewRowOf<(typeof TRANSFER_SIDE)['columns']>;

const insertSides = insertion(BUDGET_CHAIN, TRANSFER_SIDE);

/** An internal transaction that is stored, with the sequence that it got. */
export interface StoredTransfer extends Omit<Transfer, 'actorId'> {
  id: string;
  sequence: string;
}

/** The two entries that an internal transaction consists of. */
export function sidesOf({ id, sequence, sourceBudgetId, destinationBudgetId, amount, effectiveDate }: StoredTransfer, now: Date): TransferSide[] {
  const side = { internal_transaction_id: id, instant: effectiveDate, kind: ENTRY_KIND.transfer, position: sequence, created_at: now, modified_at: now };
  return [
    { ...side, id: uuidv7(), budget_id: sourceBudgetId, amount: amount.negated() },
    { ...side, id: uuidv7(), budget_id: destinationBudgetId, amount },
  ];
}

const insertQuery = query<{ sequence: string }>(`
INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING sequence`);

/**
 * Moves money between two budgets of the locked account: the only mover there is, besides the funding engine's batch.
 * @param now the time of creation, taken under the lock
 */
export async function transferMoney(tx: Tx, account: LockedBankAccount, transfer: Transfer, now: Date): Promise<Transferred> {
  const id = uuidv7();
  const inserted = await tx.row(insertQuery, [
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
  const sides = await insertSides(tx, account, sidesOf({ ...transfer, id, sequence: inserted.sequence }, now));
  const balanceOf = (budgetId: string): string => sides.find((side) => side.budget_id === budgetId)?.balance ?? '0';
  return {
    id,
    sequence: inserted.sequence,
    sourceBalance: balanceOf(transfer.sourceBudgetId),
    destinationBalance: balanceOf(transfer.destinationBudgetId),
  };
}
