import type { CalendarDate } from '../dates.ts';
import type { Decimal } from '../money.ts';

/** G goal, R recurring, A the fill-up of a recurring budget, C capped. */
export type BudgetType = 'G' | 'R' | 'A' | 'C';

/** D spreads the gap over the dates that are left, F moves a fixed amount. */
export type FundingType = 'D' | 'F';

/** `fund` fills a budget from Unallocated, `recur` starts the next round of a recurring one. */
export type EventKind = 'fund' | 'recur';

/** What funding must know about one budget. Amounts are in the account's currency. */
export interface FundingBudget {
  readonly id: string;
  readonly name: string;
  readonly budgetType: BudgetType;
  readonly fundingType: FundingType;
  readonly balance: Decimal;
  /** 0: no target. */
  readonly targetBalance: Decimal;
  readonly fundingAmount: Decimal | null;
  readonly targetDate: CalendarDate | null;
  /** Of an R: the A that collects its money between recurrences. */
  readonly fillupGoalId: string | null;
  readonly archived: boolean;
  readonly paused: boolean;
  readonly complete: boolean;
  /** Normal text; null or empty: none. */
  readonly fundingSchedule: string | null;
  readonly recurrenceSchedule: string | null;
  /** Where a schedule without DTSTART starts. */
  readonly scheduleAnchor: CalendarDate;
  /** Only later dates are events. */
  readonly fundingFloor: CalendarDate;
  readonly recurrenceFloor: CalendarDate;
}

/** What funding must know about the account. */
export interface FundingAccount {
  readonly currency: string;
  /** Through this date all transactions are there; null: nothing was imported yet. */
  readonly lastPostedThrough: CalendarDate | null;
  readonly unallocatedBudgetId: string;
  readonly unallocatedBalance: Decimal;
}

/** One account with all its budgets that are not archived (others do no harm), on one day. */
export interface FundingInput {
  readonly account: FundingAccount;
  readonly budgets: readonly FundingBudget[];
  /** The date in the timezone of the account's first owner. */
  readonly today: CalendarDate;
}
