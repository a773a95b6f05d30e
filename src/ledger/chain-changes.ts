import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { Decimal } from '../money.ts';
import type { Chain } from './chain.ts';
import { moveSql } from './chain-moves.ts';
import { addedTo, changedSql, eachBalance, settableColumns, shiftSql, totalsSql } from './chain-sql.ts';
import { requireOnePerChain } from './chain-writes.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';

/** What becomes of an entry that stays in its chain; what is undefined stays as it is. */
export interface EntryChange {
  id: string;
  /** Whose chain it stands in. */
  ownerId: string;
  amount?: Decimal;
  /** Where it stands from now on; among those of the same instant it keeps its order. */
  instant?: Date;
  /** Of a transaction only. */
  pending?: boolean;
}

/**
 * Declares how entries are changed in their chains: amount, place or both, as banks correct what they reported.
 * @param whenMoved SQL for more CTEs where any entry moves, as `moveSql` takes them
 * @returns a function that changes entries, at most one of each chain
 */
export function changing(
  chain: Chain,
  whenMoved?: string,
): (tx: Tx, account: LockedBankAccount, changes: readonly EntryChange[], now: Date) => Promise<void> {
  const changeInPlace = query<object>(inPlaceSql(chain));
  const move = query<object>(moveSql(chain, whenMoved));
  return async (tx, account, changes, now) => {
    requireOnePerChain(changes.map(({ ownerId }) => ownerId));
    if (changes.length === 0) return;
    await tx.rows(changes.some(({ instant }) => instant) ? move : changeInPlace, [
      account.id,
      changes.map(({ id }) => id),
      changes.map(({ amount }) => amount?.toFixed() ?? null),
      changes.map(({ instant }) => instant ?? null),
      changes.map(({ pending }) => pending ?? null),
      now,
    ]);
  };
}

/** SQL for a change that moves nothing: the entry and all that comes after it move by the difference. */
function inPlaceSql(chain: Chain): string {
  return `
WITH ${changedSql(chain)},
${[shiftSql(chain, 'changed', '+'), totalsSql(chain, 'changed', '+')].join(',\n')}
UPDATE ${chain.entries} e SET ${settableColumns(chain).map((column) => `${column} = c.${column}`).join(', ')}, modified_at = $6,
  ${eachBalance(chain, (balance) => `${balance.inDay} = e.${balance.inDay} + c.${addedTo(balance)}`)}
FROM changed c WHERE e.id = c.id`;
}
