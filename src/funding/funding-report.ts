import type { CalendarDate } from '../dates.ts';
import type { EventKind, FundingInput } from '../budgets/funding-input.ts';
import { planFunding } from './plan.ts';

/** What a run did, as the API, the CLI and the log show it. Amounts are text with the currency's decimals. */
export interface FundingReport {
  account: string;
  as_of: CalendarDate;
  /** Events dated on or before `as_of` wait for the next import. */
  deferred: boolean;
  /** How many transfers were made. */
  transfers: number;
  warnings: string[];
  /** Names of the paused budgets whose events were skipped. */
  skipped_budgets: string[];
  events: FundingReportEvent[];
}

export interface FundingReportEvent {
  budget: string;
  kind: EventKind;
  date: CalendarDate;
  wanted: string;
  moved: string;
  internal_transaction: string | null;
}

/** The report of a run that found nothing to do. */
export function emptyReport(bankAccountId: string, asOf: CalendarDate, deferred: boolean): FundingReport {
  return { account: bankAccountId, as_of: asOf, deferred, transfers: 0, warnings: [], skipped_budgets: [], events: [] };
}

/**
 * Looks whether an account has anything due, without its lock and without writing: most have not.
 * @returns what a run would report when there is nothing; undefined when there is something, which only a run can do
 */
export function reportWhenIdle(bankAccountId: string, input: FundingInput): FundingReport | undefined {
  const { hasMore, deferred } = planFunding(input, 0);
  return hasMore ? undefined : emptyReport(bankAccountId, input.today, deferred);
}
