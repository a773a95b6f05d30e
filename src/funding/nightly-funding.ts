import { BEFORE_ALL_IDS } from '../ledger/bank-account-ids.ts';
import { ownerTimezoneSql } from '../bank-accounts/first-owner.ts';
import { hourIn, isValidTimezone } from '../dates.ts';
import { query, type Database } from '../db/database.ts';
import { JOBS, MAXIMUM_ATTEMPTS, PRIORITY } from '../jobs/job-queue.ts';

/** The hour of the owner's night in which an account is funded: in no timezone do clocks jump over it, or show it twice. */
const NIGHT_HOUR = 4;

// Time zones are computed here and not by Postgres, whose own table of them may be older: one name that it did not know
// would fail the night of all accounts.
const findTimezones = query<{ timezone: string }>(`SELECT DISTINCT timezone FROM users WHERE is_active UNION SELECT 'UTC'`);

/** So many accounts are enqueued at once: an import that enqueues one of them waits until they are committed. */
const ACCOUNTS_PER_STATEMENT = 10_000;

interface PageOutcome {
  /** Null beyond the last page. */
  last_id: string | null;
  accounts: string;
}

// Set-based: whatever the number of accounts, only a count and the last id come here. Accounts without any calendar, or
// without any import, have nothing to do. In the order of ids, so that two of these never wait for each other.
const enqueuePage = query<PageOutcome>(`
WITH page AS MATERIALIZED (
  SELECT a.id, a.last_posted_through FROM bank_accounts a WHERE a.id > $1 ORDER BY a.id LIMIT ${ACCOUNTS_PER_STATEMENT}
),
due AS (
  SELECT p.id FROM page p
  WHERE p.last_posted_through IS NOT NULL
    AND EXISTS (SELECT FROM budgets b WHERE b.bank_account_id = p.id AND b.archived_at IS NULL AND (b.funding_schedule <> '' OR b.recurrance_schedule <> ''))
    AND ${ownerTimezoneSql('p.id')} = ANY($2::text[])
)
SELECT (SELECT id FROM page ORDER BY id DESC LIMIT 1) AS last_id, count(*) AS accounts
FROM graphile_worker.add_jobs(ARRAY(SELECT ROW(
  '${JOBS.fundAccount}', json_build_object('bank_account', id), NULL, NULL, ${MAXIMUM_ATTEMPTS}, '${JOBS.fundAccount}:' || id, ${PRIORITY.nightly}, NULL
)::graphile_worker.job_spec FROM due ORDER BY id))`);

/**
 * Enqueues the nightly run of every account in whose first owner's timezone it is night. Called for each hour of a day,
 * it enqueues each account once.
 * @param hour a full hour
 * @returns how many accounts were enqueued
 */
export async function enqueueNightlyFunding(db: Database, hour: Date): Promise<number> {
  const timezones = (await db.rows(findTimezones)).map(({ timezone }) => timezone).filter((timezone) => isValidTimezone(timezone) && isNight(hour, timezone));
  if (timezones.length === 0) return 0;
  let accounts = 0;
  let last: string | null = BEFORE_ALL_IDS;
  while (last !== null) {
    const page: PageOutcome | undefined = await db.row(enqueuePage, [last, timezones]);
    accounts += Number(page?.accounts ?? 0);
    last = page?.last_id ?? null;
  }
  return accounts;
}

/** Says whether a full hour is the one in which the accounts of a timezone are funded. */
export function isNight(hour: Date, timezone: string): boolean {
  return hourIn(hour, timezone) === NIGHT_HOUR;
}
