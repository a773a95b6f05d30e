import type { CalendarDate } from '../dates.ts';
import type { EventKind, FundingInput } from '../budgets/funding-input.ts';
import { stepByStep } from '../steps.ts';
import { planFunding } from './plan.ts';

/** What a round of funding did, as the API, the CLI and the log show it. Amounts are text with the currency's decimals. */
export interface FundingReport {
  account: string;
  as_of: CalendarDate;
  /** Events dated on or before `as_of` wait for the next import. */
  deferred: boolean;
  /** More events were due than one round processes; the rest follows, by jobs or in further reports. */
  has_more: boolean;
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

/**
 * Looks whether an account has anything due, without its lock and without writing: most have not.
 * @returns what a run would report when there is nothing; undefined when there is something, which only a run can do
 */
export async function reportWhenIdle(bankAccountId: string, input: FundingInput): Promise<FundingReport | undefined> {
  const { firstLeft, deferred } = await stepByStep(planFunding(input, 0));
  if (firstLeft !== null) return undefined;
  return { account: bankAccountId, as_of: input.today, deferred, has_more: false, transfers: 0, warnings: [], skipped_budgets: [], events: [] };
}
