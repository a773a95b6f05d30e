import type { CalendarDate } from '../dates.ts';
import { ZERO, type Decimal } from '../money.ts';
import type { Steps } from '../steps.ts';
import { fundAmount, isComplete, movableAmount, recurrenceAmount } from '../budgets/funding-amounts.ts';
import { DatesLeft } from '../budgets/dates-left.ts';
import { activeKinds, datesOf, dueEvents, floorOf, gateOf, isCompleteGoal, later, type DueEvent } from '../budgets/due-events.ts';
import type { EventKind, FundingAccount, FundingBudget, FundingInput } from '../budgets/funding-input.ts';
import { fillupWarning, fundingWarning } from './warnings.ts';

/** What became of an event. Each of them is final: the event is done. */
export type EventOutcome =
  /** All that was wanted was moved. */
  | 'moved'
  /** The source had less; what was there was moved. */
  | 'partly_moved'
  /** The source had nothing. */
  | 'nothing_available'
  /** The formula gave zero. */
  | 'nothing_wanted'
  /** The budget was paused; nothing was computed. */
  | 'paused';

/** Money that an event moves; effective at the first instant of its date. The amount is positive. */
export interface PlannedTransfer {
  readonly sourceBudgetId: string;
  readonly destinationBudgetId: string;
  readonly amount: Decimal;
  readonly date: CalendarDate;
}

/** A processed event: one row, unique by budget, kind and date, whatever became of it. */
export interface PlannedEvent extends DueEvent {
  readonly wanted: Decimal;
  readonly moved: Decimal;
  readonly outcome: EventOutcome;
  readonly transfer: PlannedTransfer | null;
  readonly warning: string | null;
}

/** The new state of a budget that had an event or took part in a transfer. */
export interface BudgetChange {
  readonly budgetId: string;
  readonly balance: Decimal;
  readonly complete: boolean;
  readonly fundingFloor: CalendarDate;
  readonly recurrenceFloor: CalendarDate;
}

/** A round of funding for one account, ready to be written. */
export interface FundingPlan {
  /** Events dated on or before today wait for the next import. */
  readonly deferred: boolean;
  /** In the order in which they were processed, which is the order of creation of their transfers. */
  readonly events: readonly PlannedEvent[];
  readonly transfers: readonly PlannedTransfer[];
  readonly warnings: readonly string[];
  /** Names of the paused budgets whose events were skipped. */
  readonly skippedBudgets: readonly string[];
  /** Not Unallocated, whose new balance is the next field. */
  readonly budgetChanges: readonly BudgetChange[];
  readonly unallocatedBalance: Decimal;
  /** The date of the first due event that was left because of the limit, from which the next round goes on; null when none was left. */
  readonly firstLeft: CalendarDate | null;
}

/** One round processes at most so many events, in one database transaction: the account's lock must be given back some time. */
export const EVENTS_PER_ROUND = 5_000;

interface BudgetState {
  readonly budget: FundingBudget;
  balance: Decimal;
  complete: boolean;
  fundingFloor: CalendarDate;
  recurrenceFloor: CalendarDate;
  datesLeft: DatesLeft | null;
}

type Settled = Omit<PlannedEvent, keyof DueEvent>;

const PAUSED: Settled = { wanted: ZERO, moved: ZERO, outcome: 'paused', transfer: null, warning: null };
const NOTHING_WANTED: Settled = { wanted: ZERO, moved: ZERO, outcome: 'nothing_wanted', transfer: null, warning: null };

/**
 * Computes a round of funding of one account in memory: no database, no clock. The same input always gives the same
 * plan, a plan whose changes were applied leaves only what it says for the next one, and rounds of any size add up to
 * the same events as one.
 * @param maximumEvents where to stop; the events processed by then are the earliest ones.
 * @returns the plan, in steps of at most one event or one search of a calendar
 */
export function* planFunding(input: FundingInput, maximumEvents = EVENTS_PER_ROUND): Steps<FundingPlan> {
  const round = new FundingRound(input);
  const firstLeft = yield* round.process(maximumEvents);
  return { ...round.outcome(), deferred: yield* round.isDeferred(), firstLeft };
}

class FundingRound {
  readonly #account: FundingAccount;
  readonly #today: CalendarDate;
  readonly #gate: CalendarDate | null;
  readonly #states: ReadonlyMap<string, BudgetState>;
  readonly #events: PlannedEvent[] = [];
  readonly #changed = new Set<BudgetState>();
  #unallocated: Decimal;

  constructor({ account, budgets, today }: FundingInput) {
    this.#account = account;
    this.#today = today;
    this.#gate = gateOf(account.lastPostedThrough, today);
    this.#unallocated = account.unallocatedBalance;
    this.#states = new Map(budgets.map((budget) => [budget.id, stateOf(budget)]));
  }

  /** @returns the date of the first event that was left because of the limit */
  *process(maximumEvents: number): Steps<CalendarDate | null> {
    if (this.#gate === null) return null;
    const budgets = [...this.#states.values()].map(({ budget }) => budget);
    for (const event of dueEvents(budgets, this.#account.unallocatedBudgetId, this.#gate)) {
      yield;
      if (event === null) continue;
      const state = this.#state(event.budgetId);
      // Reached earlier in this round: a complete goal has no more fund events.
      if (event.kind === 'fund' && isCompleteGoal({ budgetType: state.budget.budgetType, complete: state.complete })) continue;
      if (this.#events.length >= maximumEvents) return event.date;
      this.#events.push({ ...event, ...this.#settle(state, event) });
      if (event.kind === 'fund') state.fundingFloor = event.date;
      else state.recurrenceFloor = event.date;
      this.#changed.add(state);
    }
    return null;
  }

  outcome(): Omit<FundingPlan, 'deferred' | 'firstLeft'> {
    const pausedIds = new Set(this.#events.filter(({ outcome }) => outcome === 'paused').map(({ budgetId }) => budgetId));
    return {
      events: this.#events,
      transfers: this.#events.flatMap(({ transfer }) => transfer ?? []),
      warnings: this.#events.flatMap(({ warning }) => warning ?? []),
      skippedBudgets: [...pausedIds].map((id) => this.#state(id).budget.name),
      budgetChanges: [...this.#changed].map(({ budget, balance, complete, fundingFloor, recurrenceFloor }) => ({
        budgetId: budget.id,
        balance,
        complete,
        fundingFloor,
        recurrenceFloor,
      })),
      unallocatedBalance: this.#unallocated,
    };
  }

  /** @returns whether events dated on or before today wait for the next import */
  *isDeferred(): Steps<boolean> {
    for (const state of this.#states.values()) {
      if (this.#isWaiting(state)) return true;
      yield;
    }
    return false;
  }

  #settle(state: BudgetState, event: DueEvent): Settled {
    if (state.budget.paused) return PAUSED;
    return event.kind === 'fund' ? this.#fund(state, event.date) : this.#recur(state, event.date);
  }

  #fund(state: BudgetState, date: CalendarDate): Settled {
    const { budget } = state;
    const receiver = this.#fillupOf(budget) ?? state;
    const wanted = fundAmount(budget, receiverOf(receiver), () => this.#datesLeft(state, date), this.#account.currency);
    if (wanted.isZero()) return NOTHING_WANTED;
    const available = this.#unallocated;
    const moved = movableAmount(wanted, available);
    this.#unallocated = available.minus(moved);
    this.#add(receiver, moved);
    const warning = moved.lessThan(wanted) ? fundingWarning(budget.name, date, wanted, available, this.#account.currency) : null;
    return settled(wanted, moved, this.#account.unallocatedBudgetId, receiver.budget.id, date, warning);
  }

  #recur(state: BudgetState, date: CalendarDate): Settled {
    const { budget } = state;
    state.complete = false;
    const fillup = this.#fillupOf(budget);
    const wanted = fillup ? recurrenceAmount(receiverOf(state)) : ZERO;
    const available = fillup?.balance ?? ZERO;
    const moved = movableAmount(wanted, available);
    if (fillup) this.#add(fillup, moved.negated());
    // Also where nothing moves: a budget that still holds its target starts its next round complete.
    this.#add(state, moved);
    if (!fillup || wanted.isZero()) return NOTHING_WANTED;
    const warning = moved.lessThan(wanted) ? fillupWarning(budget.name, date, wanted, available, this.#account.currency) : null;
    return settled(wanted, moved, fillup.budget.id, budget.id, date, warning);
  }

  #add(state: BudgetState, amount: Decimal): void {
    state.balance = state.balance.plus(amount);
    state.complete = isComplete(state.budget.budgetType, state.complete, receiverOf(state));
    this.#changed.add(state);
  }

  #datesLeft(state: BudgetState, date: CalendarDate): number {
    state.datesLeft ??= new DatesLeft(state.budget, date, this.#gate ?? date);
    return state.datesLeft.from(date);
  }

  /** Events beyond the gate that would be due today. */
  #isWaiting(state: BudgetState): boolean {
    const { lastPostedThrough, unallocatedBudgetId } = this.#account;
    const isWaiting = (kind: EventKind): boolean => {
      const floor = floorOf(state, kind);
      const after = lastPostedThrough === null ? floor : later(floor, lastPostedThrough);
      return datesOf(state.budget, kind, after, this.#today, 1).length > 0;
    };
    return activeKinds({ ...state.budget, complete: state.complete }, unallocatedBudgetId).some(isWaiting);
  }

  #fillupOf(budget: FundingBudget): BudgetState | null {
    return budget.budgetType === 'R' && budget.fillupGoalId !== null ? this.#state(budget.fillupGoalId) : null;
  }

  #state(budgetId: string): BudgetState {
    const state = this.#states.get(budgetId);
    if (!state) throw new Error(`Funding was not given budget ${budgetId}.`);
    return state;
  }
}

function stateOf(budget: FundingBudget): BudgetState {
  const { balance, complete, fundingFloor, recurrenceFloor } = budget;
  return { budget, balance, complete, fundingFloor, recurrenceFloor, datesLeft: null };
}

function receiverOf({ budget, balance }: BudgetState): { targetBalance: Decimal; balance: Decimal } {
  return { targetBalance: budget.targetBalance, balance };
}

function settled(wanted: Decimal, moved: Decimal, sourceBudgetId: string, destinationBudgetId: string, date: CalendarDate, warning: string | null): Settled {
  if (moved.isZero()) return { wanted, moved, outcome: 'nothing_available', transfer: null, warning };
  const outcome = moved.lessThan(wanted) ? 'partly_moved' : 'moved';
  return { wanted, moved, outcome, transfer: { sourceBudgetId, destinationBudgetId, amount: moved, date }, warning };
}
