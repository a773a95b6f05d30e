import { dayOf, monthOf, type Chain, type RunningBalance } from './chain.ts';
import { addedTo, changedSql, eachBalance, lastEntrySql, newDaysSql, placeSql, settableColumns, spans, startOfDay, totalsSql } from './chain-sql.ts';

/**
 * SQL for a change that moves entries to other places in their chains, with or without another amount. It is two steps at once:
 * the entry goes from where it stood, and comes to where it stands now. So what lies between the two places moves by its old or
 * new amount, and what comes after both by the difference. The parameters are those of `changedSql`, and $6 is now.
 * @param alongside SQL for more CTEs, which find in `changed` each entry's columns as they are from now on, and when it stood
 *   before as `old_instant`
 */
export function moveSql(chain: Chain, alongside?: string): string {
  const { entries, days, months, owner, instant, tieBreakers } = chain;
  const [ofOwner, oldWhen, newWhen] = [`c.${owner}`, 'c.old_instant', `c.${instant}`];
  const oldPlace = `(${['old_instant', ...tieBreakers].map((column) => `c.${column}`).join(', ')})`;
  const isInDay = (entry: string, when: string): string => `${dayOf(`${entry}.${instant}`)} = ${dayOf(when)}`;
  const isAfterOld = (entry: string): string => `(${placeSql(chain, entry)} > ${oldPlace} AND ${isInDay(entry, oldWhen)})`;
  const isAfterNew = (entry: string): string => `(${placeSql(chain, entry)} > ${placeSql(chain, 'c')} AND ${isInDay(entry, newWhen)})`;
  const isLaterDay = (when: string): string => `(${spans.laterDays(chain, 'd', ofOwner, when)})`;
  /** What a row that lies after the old place or the new one has from now on. */
  const moved = (column: string, { inDay }: RunningBalance, isAfterOldPlace: string, isAfterNewPlace: string): string =>
    `${column} - CASE WHEN ${isAfterOldPlace} THEN c.old_${inDay} ELSE 0 END + CASE WHEN ${isAfterNewPlace} THEN c.new_${inDay} ELSE 0 END`;
  const movedEntry = (balance: RunningBalance, entry: string): string => moved(`${entry}.${balance.inDay}`, balance, isAfterOld(entry), isAfterNew(entry));
  const isEmptied = (span: string): string => `NOT EXISTS (SELECT FROM ${entries} e WHERE ${span} AND e.id <> c.id)`;
  return `
WITH ${changedSql(chain)},
touched_days AS MATERIALIZED (
  SELECT c.*, t.touched FROM changed c CROSS JOIN LATERAL (SELECT ${startOfDay(oldWhen)} UNION SELECT ${startOfDay(newWhen)}) t (touched)
),
later AS (
  UPDATE ${entries} e SET ${eachBalance(chain, (balance) => `${balance.inDay} = ${movedEntry(balance, 'e')}`)}
  FROM touched_days c WHERE ${spans.entriesOfDay(chain, 'e', ofOwner, 'c.touched')} AND e.id <> c.id AND (${isAfterOld('e')} OR ${isAfterNew('e')})
),
emptied_days AS MATERIALIZED (
  SELECT ${ofOwner}, ${dayOf(oldWhen)} AS day FROM changed c
  WHERE ${dayOf(oldWhen)} <> ${dayOf(newWhen)} AND ${isEmptied(spans.entriesOfDay(chain, 'e', ofOwner, oldWhen))}
),
emptied_months AS MATERIALIZED (
  SELECT ${ofOwner}, ${monthOf(oldWhen)} AS month FROM changed c
  WHERE ${monthOf(oldWhen)} <> ${monthOf(newWhen)} AND ${isEmptied(spans.entriesOfMonth(chain, 'e', ofOwner, oldWhen))}
),
removed_days AS (DELETE FROM ${days} d USING emptied_days x WHERE d.${owner} = x.${owner} AND d.day = x.day),
removed_months AS (DELETE FROM ${months} m USING emptied_months x WHERE m.${owner} = x.${owner} AND m.month = x.month),
start AS MATERIALIZED (
  SELECT ${ofOwner}, ${dayOf(newWhen)} AS day, ${monthOf(newWhen)} AS month, d.day IS NULL AS is_new_day, m.month IS NULL AS is_new_month,
    ${eachBalance(chain, ({ snapshot, opening, inMonth, inDay, initial }) => {
      const old = `CASE WHEN ${placeSql(chain, 'p')} > ${oldPlace} THEN c.old_${inDay} ELSE 0 END`;
      const oldOfMonth = `CASE WHEN ${placeSql(chain, 'p')} > ${oldPlace} AND ${monthOf(oldWhen)} = ${monthOf(newWhen)} THEN c.old_${inDay} ELSE 0 END`;
      return `coalesce(p.${snapshot} - ${old}, ${initial(ofOwner)}) AS ${opening},
    CASE WHEN ${monthOf(`p.${instant}`)} = ${monthOf(newWhen)} THEN p.${inMonth} + p.${inDay} - ${oldOfMonth} ELSE 0 END AS ${inMonth}`;
    })}
  FROM changed c
  LEFT JOIN ${days} d ON d.${owner} = ${ofOwner} AND d.day = ${dayOf(newWhen)}
  LEFT JOIN ${months} m ON m.${owner} = ${ofOwner} AND m.month = ${monthOf(newWhen)}
  ${lastEntrySql(chain, ofOwner, `d.day IS NULL AND p.${instant} < ${startOfDay(newWhen)} AND p.id <> c.id`, 'p', true)}
),
${newDaysSql(chain)},
touched_months AS MATERIALIZED (
  SELECT c.*, t.touched FROM changed c CROSS JOIN LATERAL (
    SELECT date_trunc('month', ${oldWhen}, 'UTC') UNION SELECT date_trunc('month', ${newWhen}, 'UTC')
  ) t (touched)
),
later_days AS (
  UPDATE ${days} d SET ${eachBalance(chain, (balance) => `${balance.inMonth} = ${moved(`d.${balance.inMonth}`, balance, isLaterDay(oldWhen), isLaterDay(newWhen))}`)}
  FROM touched_months c WHERE ${spans.daysOfMonth(chain, 'd', ofOwner, 'c.touched')} AND (${isLaterDay(oldWhen)} OR ${isLaterDay(newWhen)})
    AND NOT EXISTS (SELECT FROM emptied_days x WHERE x.${owner} = d.${owner} AND x.day = d.day)
),
later_months AS (
  UPDATE ${months} m SET ${eachBalance(
    chain,
    (balance) => `${balance.opening} = ${moved(`m.${balance.opening}`, balance, `m.month > ${monthOf(oldWhen)}`, `m.month > ${monthOf(newWhen)}`)}`,
  )}
  FROM changed c WHERE ${spans.laterMonths(chain, 'm', ofOwner, `least(${oldWhen}, ${newWhen})`)}
    AND (${eachBalance(chain, (balance) => `c.${addedTo(balance)} <> 0`, ' OR ')} OR m.month <= greatest(${oldWhen}, ${newWhen}))
    AND NOT EXISTS (SELECT FROM emptied_months x WHERE x.${owner} = m.${owner} AND x.month = m.month)
),
${[totalsSql(chain, 'changed', '+'), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
UPDATE ${entries} e SET ${settableColumns(chain).map((column) => `${column} = c.${column}`).join(', ')}, modified_at = $6,
  ${eachBalance(chain, ({ inDay }) => `${inDay} = c.preceding_${inDay} + c.new_${inDay}`)}
FROM (
  SELECT c.*, ${eachBalance(chain, (balance) => `coalesce(${movedEntry(balance, 'p')}, 0) AS preceding_${balance.inDay}`)}
  FROM changed c
  ${lastEntrySql(chain, ofOwner, `${placeSql(chain, 'p')} < ${placeSql(chain, 'c')} AND p.${instant} >= ${startOfDay(newWhen)} AND p.id <> c.id`, 'p', false)}
) c
WHERE e.id = c.id`;
}
