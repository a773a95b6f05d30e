import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { Decimal } from '../money.ts';
import { blockEndSql, blockStartSql, type Chain, type RunningBalance } from './chain.ts';
import { addedTo, blocksAfter, eachBalance, inBlockOf, lastEntrySql, placeSql, totalsSql } from './chain-sql.ts';
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
 * Declares how entries are changed in their chains: amount, place or both, as banks correct what they reported. A change is
 * two steps at once: the entry goes from where it stood, and comes to where it stands now. So it moves what lies between
 * the two places by its old or new amount, and what comes after both by the difference.
 * @param alongside SQL for more CTEs, which find in `changed` each entry's columns as they are from now on, and when it
 *   stood before as `old_instant`
 * @returns a function that changes entries, at most one of each chain
 */
export function changing(
  chain: Chain,
  alongside?: string,
): (tx: Tx, account: LockedBankAccount, changes: readonly EntryChange[], now: Date) => Promise<void> {
  const { entries, blocks, owner, instant, tieBreakers } = chain;
  const kept = [...new Set(['id', 'bank_account_id', owner, ...tieBreakers])];
  const settable = ['amount', instant, ...(chain.pending === undefined ? [] : [chain.pending])];
  const oldPlace = `(${['old_instant', ...tieBreakers].map((column) => `c.${column}`).join(', ')})`;
  const [oldBlock, newBlock] = [blockStartSql('c.old_instant'), blockStartSql(`c.${instant}`)];
  const isAfterOld = (entry: string): string => `(${placeSql(chain, entry)} > ${oldPlace} AND ${entry}.${instant} < ${blockEndSql('c.old_instant')})`;
  const isAfterNew = (entry: string): string => `(${placeSql(chain, entry)} > ${placeSql(chain, 'c')} AND ${entry}.${instant} < ${blockEndSql(`c.${instant}`)})`;
  /** What another entry has in its block once this one has gone from its old place and come to its new one. */
  const movedBalance = ({ column }: RunningBalance, entry: string): string =>
    `${entry}.${column} - CASE WHEN ${isAfterOld(entry)} THEN c.old_${column} ELSE 0 END + CASE WHEN ${isAfterNew(entry)} THEN c.new_${column} ELSE 0 END`;
  const prepared = statement<object>(`
WITH changed AS MATERIALIZED (
  SELECT ${kept.map((column) => `e.${column}`).join(', ')}, n.*, e.${instant} AS old_instant,
    ${eachBalance(chain, (balance) => `${balance.added('e')} AS old_${balance.column}, ${balance.added('n')} AS new_${balance.column}, ${balance.added('n')} - ${balance.added('e')} AS ${addedTo(balance)}`)}
  FROM unnest($2::uuid[], $3::numeric[], $4::timestamptz[], $5::boolean[]) AS c (id, amount, ${instant}, pending)
  JOIN ${entries} e ON e.id = c.id AND e.bank_account_id = $1
  CROSS JOIN LATERAL (SELECT ${settable.map((column) => `coalesce(c.${column}, e.${column}) AS ${column}`).join(', ')}) n
),
block AS MATERIALIZED (
  SELECT c.*, b.starts_at FROM changed c CROSS JOIN LATERAL (SELECT ${oldBlock} UNION SELECT ${newBlock}) b (starts_at)
),
later AS (
  UPDATE ${entries} e SET ${eachBalance(chain, (balance) => `${balance.column} = ${movedBalance(balance, 'e')}`)}
  FROM block c
  WHERE ${inBlockOf(chain, 'e', `c.${owner}`, 'c.starts_at')} AND e.id <> c.id
    AND (${isAfterOld('e')} OR ${isAfterNew('e')})
),
emptied AS (
  SELECT c.${owner}, ${oldBlock} AS starts_at FROM changed c
  WHERE ${oldBlock} <> ${newBlock}
    AND NOT EXISTS (SELECT FROM ${entries} e WHERE ${inBlockOf(chain, 'e', `c.${owner}`, 'c.old_instant')} AND e.id <> c.id)
),
removed_blocks AS (DELETE FROM ${blocks} k USING emptied x WHERE k.${owner} = x.${owner} AND k.starts_at = x.starts_at),
new_blocks AS (
  INSERT INTO ${blocks} (${owner}, starts_at, ${eachBalance(chain, ({ opening }) => opening)})
  SELECT c.${owner}, ${newBlock}, ${eachBalance(
    chain,
    ({ snapshot, column, initial }) => `coalesce(p.${snapshot} - CASE WHEN ${placeSql(chain, 'p')} > ${oldPlace} THEN c.old_${column} ELSE 0 END, ${initial(`c.${owner}`)})`,
  )}
  FROM changed c
  ${lastEntrySql(chain, `c.${owner}`, `p.${instant} < ${newBlock} AND p.id <> c.id`, 'p', true)}
  WHERE NOT EXISTS (SELECT FROM ${blocks} k WHERE k.${owner} = c.${owner} AND k.starts_at = ${newBlock})
),
later_blocks AS (
  UPDATE ${blocks} k SET ${eachBalance(
    chain,
    ({ opening, column }) =>
      `${opening} = k.${opening} - CASE WHEN k.starts_at > c.old_instant THEN c.old_${column} ELSE 0 END + CASE WHEN k.starts_at > c.${instant} THEN c.new_${column} ELSE 0 END`,
  )}
  FROM changed c
  WHERE ${blocksAfter(chain, 'k', `c.${owner}`, `least(c.old_instant, c.${instant})`)}
    AND (${eachBalance(chain, (balance) => `c.${addedTo(balance)} <> 0`, ' OR ')} OR k.starts_at <= greatest(c.old_instant, c.${instant}))
    AND NOT EXISTS (SELECT FROM emptied x WHERE x.${owner} = k.${owner} AND x.starts_at = k.starts_at)
),
${[totalsSql(chain, 'changed', '+'), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
UPDATE ${entries} e SET ${settable.map((column) => `${column} = c.${column}`).join(', ')}, modified_at = $6,
  ${eachBalance(chain, ({ column }) => `${column} = c.preceding_${column} + c.new_${column}`)}
FROM (
  SELECT c.*, ${eachBalance(chain, (balance) => `coalesce(${movedBalance(balance, 'p')}, 0) AS preceding_${balance.column}`)}
  FROM changed c
  ${lastEntrySql(chain, `c.${owner}`, `${placeSql(chain, 'p')} < ${placeSql(chain, 'c')} AND p.${instant} >= ${newBlock} AND p.id <> c.id`, 'p', false)}
) c
WHERE e.id = c.id`);
  return async (tx, account, changes, now) => {
    requireOnePerChain(changes.map(({ ownerId }) => ownerId));
    if (changes.length === 0) return;
    await tx.rows(prepared, [
      account.id,
      changes.map(({ id }) => id),
      changes.map(({ amount }) => amount?.toFixed() ?? null),
      changes.map((change) => change.instant ?? null),
      changes.map(({ pending }) => pending ?? null),
      now,
    ]);
  };
}
