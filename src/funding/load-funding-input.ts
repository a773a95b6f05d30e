import { ownerTimezoneSql } from '../bank-accounts/first-owner.ts';
import { fundingBudgetOf, fundingColumnsSql, type FundingColumns } from '../budgets/funding-budget.ts';
import { calendarDate, dateIn, type CalendarDate } from '../dates.ts';
import { query, type Queryable } from '../db/database.ts';
import { Decimal } from '../money.ts';
import type { FundingInput } from '../budgets/funding-input.ts';

interface InputRow extends FundingColumns {
  bank_account_id: string;
  currency: string;
  last_posted_through: string | null;
  timezone: string;
  is_unallocated: boolean;
}

// Most accounts of a nightly run have nothing due: one statement brings all that says so, for one account or for many.
// It also makes every account one consistent view, with or without its lock.
const loadStatement = query<InputRow>(`
WITH account AS MATERIALIZED (
  SELECT a.id, a.currency, a.last_posted_through, ${ownerTimezoneSql('a.id')} AS timezone FROM bank_accounts a WHERE a.id = ANY($1::uuid[])
)
SELECT a.id AS bank_account_id, a.currency, a.last_posted_through, a.timezone, b.is_unallocated, ${fundingColumnsSql('b')}
FROM account a JOIN budgets b ON b.bank_account_id = a.id WHERE b.archived_at IS NULL`);

/** What a run needs, as the database has it now. */
export interface LoadedFundingInput extends FundingInput {
  /** Of the account's first owner: events are effective at the first instant of their date in it. */
  readonly timezone: string;
}

/** Which day it is for a run. */
export interface FundingDay {
  readonly now: Date;
  /** The date to fund through; it may lie in the future. Undefined: today in the timezone of the account's first owner. */
  readonly asOf?: CalendarDate | undefined;
}

/**
 * Reads everything that funding depends on, for any number of accounts.
 * @param db a transaction that holds the account's lock, where what is read is about to be changed
 * @returns by account id; accounts that do not exist are not in it
 */
export async function loadFundingInputs(db: Queryable, bankAccountIds: readonly string[], day: FundingDay): Promise<Map<string, LoadedFundingInput>> {
  const inputs = new Map<string, LoadedFundingInput>();
  const rows = await db.rows(loadStatement, [bankAccountIds]);
  for (const [id, rowsOfAccount] of Map.groupBy(rows, (row) => row.bank_account_id)) inputs.set(id, inputOf(rowsOfAccount, day));
  return inputs;
}

function inputOf(rows: readonly InputRow[], { now, asOf }: FundingDay): LoadedFundingInput {
  const unallocated = rows.find((row) => row.is_unallocated);
  if (!unallocated) throw new Error('an account has no Unallocated budget');
  const { timezone, currency, last_posted_through: lastPostedThrough } = unallocated;
  return {
    account: {
      currency,
      lastPostedThrough: lastPostedThrough === null ? null : calendarDate(lastPostedThrough),
      unallocatedBudgetId: unallocated.id,
      unallocatedBalance: new Decimal(unallocated.balance),
    },
    budgets: rows.filter((row) => !row.is_unallocated).map(fundingBudgetOf),
    today: asOf ?? dateIn(now, timezone),
    timezone,
  };
}
