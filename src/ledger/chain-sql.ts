/** Parts of the statements that keep chains. */
import { dayOf, monthOf, openingOf, snapshotsSql, type Chain, type RunningBalance } from './chain.ts';

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
export function addedTo({ inDay }: RunningBalance): string {
  return `added_${inDay}`;
}

/** SQL for what an entry adds to each balance, in columns that `addedTo` names. */
export function addedSql(chain: Chain, entry: string): string {
  return eachBalance(chain, (balance) => `${balance.added(entry)} AS ${addedTo(balance)}`);
}

/**
 * SQL for the last entry `p` that a condition leaves in a chain, or nothing, as a lateral join: its columns, and where they are
 * wanted also its snapshots and the columns of its day.
 * @param before SQL for the condition of `p`, besides that it is of the owner's chain
 */
export function lastEntrySql(chain: Chain, owner: string, before: string, alias: string, withSnapshots: boolean): string {
  const found = `SELECT p.* FROM ${chain.entries} p WHERE p.${chain.owner} = ${owner} AND ${before} ORDER BY ${orderSql(chain, 'p', 'DESC')} LIMIT 1`;
  const inMonth = eachBalance(chain, (balance) => `p_day.${balance.inMonth}`);
  return `LEFT JOIN LATERAL (${withSnapshots ? `SELECT p.*, ${inMonth}, ${snapshotsSql(chain, 'p')} FROM (${found}) p ${openingOf(chain, 'p')}` : found}) ${alias} ON true`;
}

/**
 * SQL for conditions that rows are of a chain and from a span of its time, as one range of the index that has them in order. The
 * owner is part of the range, and not compared for equality, because Postgres would join by that: it cannot know how few rows
 * a span has, and would read the whole table to hash it. That the instant lies in the span is said once more by itself, because
 * otherwise any index that begins with the owner looks as good.
 * @param owner SQL for the owner's id, @param when SQL for an instant
 */
export const spans = {
  /** The entries of the instant's day. */
  entriesOfDay: (chain: Chain, entry: string, owner: string, when: string): string =>
    `(${entry}.${chain.owner}, ${entry}.${chain.instant}) >= (${owner}, ${startOfDay(when)}) AND ${entry}.${chain.instant} >= ${startOfDay(when)}
      AND ${entriesBefore(chain, entry, owner, nextDay(when))}`,
  /** The entries of the instant's month. */
  entriesOfMonth: (chain: Chain, entry: string, owner: string, when: string): string =>
    `(${entry}.${chain.owner}, ${entry}.${chain.instant}) >= (${owner}, date_trunc('month', ${when}, 'UTC')) AND ${entry}.${chain.instant} >= date_trunc('month', ${when}, 'UTC')
      AND ${entriesBefore(chain, entry, owner, `${nextMonth(when)} AT TIME ZONE 'UTC'`)}`,
  /** The days of the instant's month that come after its own. */
  laterDays: (chain: Chain, day: string, owner: string, when: string): string =>
    `(${day}.${chain.owner}, ${day}.day) > (${owner}, ${dayOf(when)}) AND (${day}.${chain.owner}, ${day}.day) < (${owner}, ${nextMonth(when)}::date)`,
  /** The days of the instant's month. */
  daysOfMonth: (chain: Chain, day: string, owner: string, when: string): string =>
    `(${day}.${chain.owner}, ${day}.day) >= (${owner}, ${monthOf(when)}) AND (${day}.${chain.owner}, ${day}.day) < (${owner}, ${nextMonth(when)}::date)`,
  /** The months after the instant's own. */
  laterMonths: (chain: Chain, month: string, owner: string, when: string): string =>
    `(${month}.${chain.owner}, ${month}.month) > (${owner}, ${monthOf(when)}) AND (${month}.${chain.owner}, ${month}.month) <= (${owner}, 'infinity')`,
};

/** SQL for the first instant of an instant's day. */
export function startOfDay(when: string): string {
  return `date_trunc('day', ${when}, 'UTC')`;
}

/** In hours, because days of 23 hours would depend on the session's timezone. */
function nextDay(when: string): string {
  return `${startOfDay(when)} + interval '24 hours'`;
}

function entriesBefore(chain: Chain, entry: string, owner: string, end: string): string {
  return `(${entry}.${chain.owner}, ${entry}.${chain.instant}) < (${owner}, ${end}) AND ${entry}.${chain.instant} < ${end}`;
}

function nextMonth(when: string): string {
  return `(date_trunc('month', ${when} AT TIME ZONE 'UTC') + interval '1 month')`;
}

/**
 * SQL for CTEs that make room for an entry that comes, or close the gap of one that goes: the later entries of its day move,
 * the later days of its month, and all later months.
 * @param changes a CTE with the place of at most one entry of each chain, and what it adds
 */
export function shiftSql(chain: Chain, changes: string, sign: '+' | '-'): string {
  const { owner, instant } = chain;
  const moved = (row: string, column: (balance: RunningBalance) => string): string =>
    eachBalance(chain, (balance) => `${column(balance)} = ${row}.${column(balance)} ${sign} c.${addedTo(balance)}`);
  const [ofOwner, when] = [`c.${owner}`, `c.${instant}`];
  return `later AS (
  UPDATE ${chain.entries} e SET ${moved('e', ({ inDay }) => inDay)}
  FROM ${changes} c WHERE ${chainPlaceSql(chain, 'e')} > ${chainPlaceSql(chain, 'c')} AND e.${instant} >= ${when}
    AND ${entriesBefore(chain, 'e', ofOwner, nextDay(when))}
),
later_days AS (
  UPDATE ${chain.days} d SET ${moved('d', ({ inMonth }) => inMonth)} FROM ${changes} c WHERE ${spans.laterDays(chain, 'd', ofOwner, when)}
),
later_months AS (
  UPDATE ${chain.months} m SET ${moved('m', ({ opening }) => opening)} FROM ${changes} c WHERE ${spans.laterMonths(chain, 'm', ofOwner, when)}
)`;
}

/** SQL for two CTEs that insert the days and months of the CTE `start` that are new. */
export function newDaysSql(chain: Chain): string {
  const { days, months, owner } = chain;
  const [inMonth, opening] = [eachBalance(chain, (balance) => balance.inMonth), eachBalance(chain, (balance) => balance.opening)];
  return `new_days AS (INSERT INTO ${days} (${owner}, day, ${inMonth}) SELECT ${owner}, day, ${inMonth} FROM start WHERE is_new_day),
new_months AS (INSERT INTO ${months} (${owner}, month, ${opening}) SELECT ${owner}, month, ${opening} FROM start WHERE is_new_month)`;
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

/** The columns of an entry that a change may set. */
export function settableColumns({ instant, pending }: Chain): string[] {
  return ['amount', instant, ...(pending === undefined ? [] : [pending])];
}

/**
 * SQL for a CTE `changed` of the entries that parameters name, with their columns as they are from now on, when each stood
 * before, what it added to each balance and adds now, and the difference. $1 is the account; $2 to $5 are arrays of ids, amounts,
 * instants and whether it is pending, where null is: as it is.
 */
export function changedSql(chain: Chain): string {
  const { owner, instant, tieBreakers } = chain;
  const kept = [...new Set(['id', 'bank_account_id', owner, ...tieBreakers])];
  const amounts = (balance: RunningBalance): string =>
    `${balance.added('e')} AS old_${balance.inDay}, ${balance.added('n')} AS new_${balance.inDay}, ${balance.added('n')} - ${balance.added('e')} AS ${addedTo(balance)}`;
  return `changed AS MATERIALIZED (
  SELECT ${kept.map((column) => `e.${column}`).join(', ')}, n.*, e.${instant} AS old_instant, ${eachBalance(chain, amounts)}
  FROM unnest($2::uuid[], $3::numeric[], $4::timestamptz[], $5::boolean[]) AS c (id, amount, ${instant}, pending)
  JOIN ${chain.entries} e ON e.id = c.id AND e.bank_account_id = $1
  CROSS JOIN LATERAL (SELECT ${settableColumns(chain).map((column) => `coalesce(c.${column}, e.${column}) AS ${column}`).join(', ')}) n
)`;
}
