import type { CalendarDate, Clock } from '../dates.ts';
import { lockBankAccount } from '../db/locks.ts';
import type { Tx } from '../db/transaction.ts';
import { formatMoney } from '../money.ts';
import { applyPlan, type AppliedEvent } from './apply-plan.ts';
import type { EventKind } from './funding-input.ts';
import { loadFundingInput } from './load-funding-input.ts';
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

export interface FundAccountOptions {
  clock: Clock;
  /** The date to fund through; it may lie in the future, the gate still holds. Undefined: today of the first owner. */
  asOf?: CalendarDate | undefined;
  /** When given, the account must be owned by this user. */
  userId?: number | undefined;
}

/**
 * Funds one account: processes every date of its budgets' calendars that is due and not yet processed, exactly once.
 * The API, the job and the CLI all call this. docs/funding.md has the rules.
 * @returns the report, or undefined when there is no such account (for this user)
 */
export async function fundAccount(tx: Tx, bankAccountId: string, { clock, asOf, userId }: FundAccountOptions): Promise<FundingReport | undefined> {
  const account = await lockBankAccount(tx, bankAccountId, userId);
  if (!account) return undefined;
  const events: FundingReportEvent[] = [];
  const warnings: string[] = [];
  const skippedBudgets = new Set<string>();
  let transfers = 0;
  // A plan is bounded; a longer backlog takes another round, in the same transaction.
  for (;;) {
    const input = await loadFundingInput(tx, account, clock, asOf);
    const plan = planFunding(input);
    if (plan.events.length > 0) {
      const applied = await applyPlan(tx, account, plan, input.timezone, clock.now());
      events.push(...applied.map((event) => reportEvent(event, account.currency)));
    }
    transfers += plan.transfers.length;
    warnings.push(...plan.warnings);
    for (const name of plan.skippedBudgets) skippedBudgets.add(name);
    if (!plan.hasMore) {
      return { account: account.id, as_of: input.today, deferred: plan.deferred, transfers, warnings, skipped_budgets: [...skippedBudgets], events };
    }
  }
}

function reportEvent(event: AppliedEvent, currency: string): FundingReportEvent {
  return {
    budget: event.budgetId,
    kind: event.kind,
    date: event.date,
    wanted: formatMoney(event.wanted, currency),
    moved: formatMoney(event.moved, currency),
    internal_transaction: event.internalTransactionId,
  };
}
