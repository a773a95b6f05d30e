import type { CalendarDate } from '../dates.ts';
import { lockBankAccount, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { formatMoney } from '../money.ts';
import { mapInSteps, stepByStep } from '../steps.ts';
import { applyPlan, type AppliedEvent } from './apply-plan.ts';
import type { FundingReport, FundingReportEvent } from './funding-report.ts';
import { loadFundingInputs } from './load-funding-input.ts';
import { planFunding } from './plan.ts';

/** How far one round goes. */
export interface RoundOptions {
  /** The date to fund through; it may lie in the future. Undefined: today in the timezone of the account's first owner. */
  readonly asOf?: CalendarDate | undefined;
  /** Where a round stops; undefined: at `EVENTS_PER_ROUND`. */
  readonly maximumEvents?: number | undefined;
}

/** An account to fund, whoever owns it. */
export interface AccountToFund extends RoundOptions {
  readonly bankAccountId: string;
}

/**
 * Funds one account: processes the dates of its budgets' calendars that are due and not yet processed, exactly once, and as
 * many of them as one round may, the earliest first. Rounds in any number of transactions add up to one run.
 * The API, the job and the CLI all come here; `funding-rounds.ts` goes on where a round ends. docs/funding.md has the rules.
 * @returns the report, or undefined when there is no such account
 */
export async function fundAccount(tx: Tx, { bankAccountId, ...options }: AccountToFund, now: Date): Promise<FundingReport | undefined> {
  const account = await lockBankAccount(tx, bankAccountId);
  return account && fundLockedAccount(tx, account, options, now);
}

/** Funds a locked account as `fundAccount` does. */
export async function fundLockedAccount(tx: Tx, account: LockedBankAccount, { asOf, maximumEvents }: RoundOptions, now: Date): Promise<FundingReport> {
  const input = (await loadFundingInputs(tx, [account.id], { now, asOf })).get(account.id);
  if (!input) throw new Error('a locked account has no budgets');
  const plan = await stepByStep(planFunding(input, maximumEvents));
  const applied = plan.events.length > 0 ? await applyPlan(tx, account, plan, input.timezone, now) : [];
  return {
    account: account.id,
    as_of: input.today,
    deferred: plan.deferred,
    has_more: plan.firstLeft !== null,
    transfers: plan.transfers.length,
    warnings: [...plan.warnings],
    skipped_budgets: [...plan.skippedBudgets],
    events: await stepByStep(mapInSteps(applied, (event) => reportEvent(event, account))),
  };
}

function reportEvent(event: AppliedEvent, { currency }: LockedBankAccount): FundingReportEvent {
  return {
    budget: event.budgetId,
    kind: event.kind,
    date: event.date,
    wanted: formatMoney(event.wanted, currency),
    moved: formatMoney(event.moved, currency),
    internal_transaction: event.internalTransactionId,
  };
}
