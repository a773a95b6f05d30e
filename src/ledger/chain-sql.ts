/** Parts of the statements that keep chains. */
import { blockEndSql, blockOf, blockStartSql, snapshotsSql, type Chain, type RunningBalance } from './chain.ts';

/** Makes a list of one text for each running balance. */
export function eachBalance(chain: Chain, sql: (balance: RunningBalance) => string, separator = ', '): string {
  return chain.balances.map(sql).join(separator);
}

/** SQL for where an entry stands, as a row to be compared with another's. */
export function placeSql({ instant, tieBreakers }: Chain, entry: string): string {
  return `(${[instant, ...tieBreakers].map((column) => `${entry}.${column}`).join(', ')})`;
}

/** SQL for the same in the order of the index, which has the chains one after the other. */
function chainPlaceSql(chain: Chain, entry: string): string {
  return `(${[chain.owner, chain.instant, ...chain.tieBreakers].map((column) => `${entry}.${column}`).join(', ')})`;
}

/** SQL for an ORDER BY of a chain. */
export function orderSql({ instant, tieBreakers }: Chain, entry: string, direction: 'ASC' | 'DESC' = 'ASC'): string {
  return [instant, ...tieBreakers].map((column) => `${entry}.${column} ${direction}`).join(', ');
}

/** The name of the column with what an entry adds to a balance. */
export function addedTo({ column }: RunningBalance): string {
  return `added_to_${column}`;
}

/** SQL for what an entry adds to each balance, in columns that `addedTo` names. */
export function addedSql(chain: Chain, entry: string): string {
  return eachBalance(chain, (balance) => `${balance.added(entry)} AS ${addedTo(balance)}`);
}

/**
 * SQL for the last entry `p` before a place, or nothing, as a lateral join: its columns, and its snapshots where they are wanted.
 * @param before SQL for the condition of `p`, besides that it is of the owner's chain
 */
export function lastEntrySql(chain: Chain, owner: string, before: string, alias: string, withSnapshots: boolean): string {
  const found = `SELECT p.* FROM ${chain.entries} p WHERE p.${chain.owner} = ${owner} AND ${before} ORDER BY ${orderSql(chain, 'p', 'DESC')} LIMIT 1`;
  return `LEFT JOIN LATERAL (${withSnapshots ? `SELECT p.*, ${snapshotsSql(chain, 'p')} FROM (${found}) p ${blockOf(chain, 'p')}` : found}) ${alias} ON true`;
}

/**
 * SQL for the condition that entries are of a chain and stand within its block of an instant, as one range of the index of the order.
 * The owner is part of the range, and not compared for equality, because Postgres would join by that: it cannot know how few
 * entries a block has, and would read the whole table to hash it.
 * @param owner SQL for the owner's id, @param when SQL for the instant
 */
export function inBlockOf(chain: Chain, entry: string, owner: string, when: string): string {
  return `(${entry}.${chain.owner}, ${entry}.${chain.instant}) >= (${owner}, ${blockStartSql(when)}) AND ${beforeEndOfBlock(chain, entry, owner, when)}`;
}

function beforeEndOfBlock(chain: Chain, entry: string, owner: string, when: string): string {
  return `(${entry}.${chain.owner}, ${entry}.${chain.instant}) < (${owner}, ${blockEndSql(when)})`;
}

/** SQL for the condition that blocks are of a chain and start after an instant, as one range for the same reason. */
export function blocksAfter(chain: Chain, block: string, owner: string, when: string): string {
  return `(${block}.${chain.owner}, ${block}.starts_at) > (${owner}, ${when}) AND (${block}.${chain.owner}, ${block}.starts_at) <= (${owner}, 'infinity')`;
}

/**
 * SQL for two CTEs that make room for an entry that comes, or close the gap of one that goes: the later entries of its block
 * move, and the openings of all later blocks.
 * @param changes a CTE with the place of at most one entry of each chain, and what it adds
 */
export function shiftSql(chain: Chain, changes: string, sign: '+' | '-'): string {
  const { entries, blocks, owner, instant } = chain;
  return `later AS (
  UPDATE ${entries} e SET ${eachBalance(chain, (balance) => `${balance.column} = e.${balance.column} ${sign} c.${addedTo(balance)}`)}
  FROM ${changes} c WHERE ${chainPlaceSql(chain, 'e')} > ${chainPlaceSql(chain, 'c')} AND ${beforeEndOfBlock(chain, 'e', `c.${owner}`, `c.${instant}`)}
),
later_blocks AS (
  UPDATE ${blocks} k SET ${eachBalance(chain, (balance) => `${balance.opening} = k.${balance.opening} ${sign} c.${addedTo(balance)}`)}
  FROM ${changes} c WHERE ${blocksAfter(chain, 'k', `c.${owner}`, `c.${instant}`)}
)`;
}

/**
 * SQL for a CTE that moves the owners' totals by what entries add to them, and what follows them with it.
 * @param changes a CTE with the owner and what is added, at most one row for each owner
 * @param counter the column of the owner that counts such entries; undefined: none comes or goes
 */
export function totalsSql(chain: Chain, changes: string, sign: '+' | '-', counter?: string): string {
  const assignments = chain.balances.flatMap((balance) => {
    const total = `o.${balance.total} ${sign} c.${addedTo(balance)}`;
    return [`${balance.total} = ${total}`, ...(chain.follows ? [chain.follows('o', total)] : [])];
  });
  if (counter !== undefined) assignments.push(`${counter} = o.${counter} ${sign} 1`);
  return `totals AS (UPDATE ${chain.owners} o SET ${assignments.join(', ')} FROM ${changes} c WHERE o.id = c.${chain.owner})`;
}
