import { dateIn, type CalendarDate } from '../dates.ts';
import { query, type Queryable } from '../db/database.ts';

/**
 * SQL for the timezone in which an account counts its days: that of its first owner, the one of longest standing who
 * is active; UTC while none is active.
 * @param bankAccountId SQL for the account's id
 */
export function ownerTimezoneSql(bankAccountId: string): string {
  return `coalesce((SELECT u.timezone FROM bank_account_owners w JOIN users u ON u.id = w.user_id
    WHERE w.bank_account_id = ${bankAccountId} AND u.is_active ORDER BY w.sequence LIMIT 1), 'UTC')`;
}

const findTimezone = query<{ timezone: string }>(`SELECT ${ownerTimezoneSql('$1')} AS timezone`);

/** Today, for an account: the date that the calendar of its first owner shows. */
export async function accountToday(db: Queryable, bankAccountId: string, now: Date): Promise<CalendarDate> {
  return dateIn(now, (await db.row(findTimezone, [bankAccountId]))?.timezone ?? 'UTC');
}
