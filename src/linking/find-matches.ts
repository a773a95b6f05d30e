import { statement, type Queryable } from '../db/database.ts';
import type { LinkableAccounts } from './linkable-accounts.ts';

/** A transaction and its mirror image on another account, each the other's only match. */
export interface Match {
  transactionId: string;
  matchId: string;
  matchAccountId: string;
}

// 72 hours, not 3 days: the length of a day would depend on the timezone of the database.
const POINTS_AT = (transaction: string, pattern: string): string =>
  `coalesce((${transaction}.raw_description || E'\\n' || ${transaction}.description) ~* ${pattern}, false)`;

// $1 transactions, $2–$5 the pairs of accounts. Two matches are enough to know that there is not only one. The LIMITs also
// make Postgres look up one transaction after the other by its id, where it might scan all that are unlinked.
const matchStatement = statement<{ id: string; match_id: string; match_account_id: string }>(`
SELECT t.id, (array_agg(m.id))[1] AS match_id, (array_agg(m.bank_account_id))[1] AS match_account_id
FROM unnest($1::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM transactions WHERE transactions.id = wanted.id AND linked_transaction_id IS NULL LIMIT 1) t
JOIN unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS p (account_id, partner_id, account_pattern, partner_pattern)
  ON p.account_id = t.bank_account_id
CROSS JOIN LATERAL (
  SELECT u.id, u.bank_account_id FROM transactions u
  WHERE u.bank_account_id = p.partner_id AND u.amount = -t.amount AND u.linked_transaction_id IS NULL
    AND u.transaction_date BETWEEN t.transaction_date - interval '72 hours' AND t.transaction_date + interval '72 hours'
    AND (${POINTS_AT('t', 'p.partner_pattern')} OR ${POINTS_AT('u', 'p.account_pattern')})
  LIMIT 2
) m
GROUP BY t.id HAVING count(*) = 1`);

/**
 * Finds the mirror images of transactions: the opposite amount, at most 3 days apart, both unlinked, and the
 * description of either points at the other's account.
 * @param ids transactions of the account that `accounts` was made for
 * @returns those of which each is the other's only match
 */
export async function findMatches(db: Queryable, ids: readonly string[], accounts: LinkableAccounts): Promise<Match[]> {
  if (ids.length === 0 || accounts.accountIds.length === 0) return [];
  const onlyMatchOf = async (transactions: readonly string[]): Promise<Map<string, Match>> => {
    const columns = [accounts.accountIds, accounts.partnerIds, accounts.accountPatterns, accounts.partnerPatterns];
    const rows = await db.rows(matchStatement, [transactions, ...columns]);
    return new Map(rows.map((row) => [row.id, { transactionId: row.id, matchId: row.match_id, matchAccountId: row.match_account_id }]));
  };
  const forward = await onlyMatchOf(ids);
  if (forward.size === 0) return [];
  const backward = await onlyMatchOf([...forward.values()].map((match) => match.matchId));
  return [...forward.values()].filter((match) => backward.get(match.matchId)?.matchId === match.transactionId);
}
