import { lockBankAccount, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { formatMoney } from '../money.ts';
import { applyPlan, type AppliedEvent } from './apply-plan.ts';
import { emptyReport, type FundingReport, type FundingReportEvent } from './funding-report.ts';
import { loadFundingInputs, type FundingDay, type LoadedFundingInput } from './load-funding-input.ts';
import { planFunding } from './plan.ts';

export interface FundAccountOptions extends FundingDay {
  /** When given, the account must be owned by this user. */
  readonly userId?: number | undefined;
}

/** A plan is bounded, so that it fits into memory; so is how many of them one transaction carries out: the lock must be given back some time. */
const EVENTS_PER_ROUND = 50_000;
const MAXIMUM_ROUNDS = 10;
const STOPPED_EARLY = 'There are more events than one run processes: run funding again to go on.';

/**
 * Funds one account: processes every date of its budgets' calendars that is due and not yet processed, exactly once.
 * The API, the job and the CLI all call this. docs/funding.md has the rules.
 * @returns the report, or undefined when there is no such account (for this user)
 */
export async function fundAccount(tx: Tx, bankAccountId: string, { userId, ...day }: FundAccountOptions): Promise<FundingReport | undefined> {
  const account = await lockBankAccount(tx, bankAccountId, userId);
  if (!account) return undefined;
  const now = day.clock.now();
  const load = async (): Promise<LoadedFundingInput> => {
    const input = (await loadFundingInputs(tx, [account.id], day)).get(account.id);
    if (!input) throw new Error('a locked account has no budgets');
    return input;
  };
  let input = await load();
  let report = emptyReport(account.id, input.today, false);
  for (let round = 1; ; round += 1) {
    const plan = planFunding(input, EVENTS_PER_ROUND);
    const applied = plan.events.length > 0 ? await applyPlan(tx, account, plan, input.timezone, now) : [];
    report = {
      ...report,
      deferred: plan.deferred,
      transfers: report.transfers + plan.transfers.length,
      warnings: report.warnings.concat(plan.warnings),
      skipped_budgets: [...new Set([...report.skipped_budgets, ...plan.skippedBudgets])],
      events: report.events.concat(applied.map((event) => reportEvent(event, account))),
    };
    if (!plan.hasMore) return report;
    if (round === MAXIMUM_ROUNDS) return { ...report, warnings: [...report.warnings, STOPPED_EARLY] };
    input = await load();
  }
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
