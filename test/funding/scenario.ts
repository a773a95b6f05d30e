import { z } from 'zod';
import { calendarDate, type CalendarDate } from '../../src/dates.ts';
import type { FundingBudget, FundingInput } from '../../src/budgets/funding-input.ts';
import { normalizeSchedule } from '../../src/recurrence/schedule.ts';
import { planFunding, type FundingPlan, type PlannedEvent } from '../../src/funding/plan.ts';
import type { Steps } from '../../src/steps.ts';
import { Decimal, formatMoney } from '../../src/money.ts';

const amount = z.union([z.string(), z.number()]).transform((value) => new Decimal(value));
const date = z.string().transform(calendarDate);

const MONTHLY = 'FREQ=MONTHLY;BYMONTHDAY=1';

const budgetSchema = z.strictObject({
  type: z.enum(['G', 'R', 'A', 'C']).default('G'),
  funding: z.enum(['D', 'F']).default('F'),
  target: amount.default(new Decimal(0)),
  amount: amount.nullable().default(null),
  balance: amount.default(new Decimal(0)),
  target_date: date.nullable().default(null),
  schedule: z.string().default(MONTHLY),
  recurrence: z.string().default(''),
  anchor: date.prefault('2026-01-01'),
  floor: date.prefault('2026-02-15'),
  fillup: z.string().nullable().default(null),
  paused: z.boolean().default(false),
  complete: z.boolean().default(false),
  archived: z.boolean().default(false),
});

/** An account as short text: what a case does not name is 2026-03-31, imported through that day, with 1000 in Unallocated. */
const scenarioSchema = z.strictObject({
  currency: z.string().default('USD'),
  unallocated: amount.prefault('1000'),
  today: date.prefault('2026-03-31'),
  imported: date.nullable().optional(),
  budgets: z.record(z.string(), budgetSchema),
});

export type Scenario = z.input<typeof scenarioSchema>;

/** Makes the input of a run. Budgets are called by their names: the name is the id, too. */
export function inputOf(scenario: Scenario): FundingInput {
  return readInput(scenario);
}

/** The same from data of which nothing is known, such as YAML. */
export function readInput(scenario: unknown): FundingInput {
  const { currency, unallocated, today, imported, budgets } = scenarioSchema.parse(scenario);
  return {
    account: {
      currency,
      lastPostedThrough: imported === undefined ? today : imported,
      unallocatedBudgetId: 'Unallocated',
      unallocatedBalance: unallocated,
    },
    budgets: Object.entries(budgets).map(([name, budget]) => budgetOf(name, budget)),
    today,
  };
}

function budgetOf(name: string, budget: z.output<typeof budgetSchema>): FundingBudget {
  return {
    id: name,
    name,
    budgetType: budget.type,
    fundingType: budget.funding,
    balance: budget.balance,
    targetBalance: budget.target,
    fundingAmount: budget.amount,
    targetDate: budget.target_date,
    fillupGoalId: budget.fillup,
    archived: budget.archived,
    paused: budget.paused,
    complete: budget.complete,
    fundingSchedule: normal(budget.schedule),
    recurrenceSchedule: normal(budget.recurrence),
    scheduleAnchor: budget.anchor,
    fundingFloor: budget.floor,
    recurrenceFloor: budget.floor,
  };
}

function normal(text: string): string {
  const result = normalizeSchedule(text);
  if (!result.ok) throw new Error(result.problem.code);
  return result.schedule;
}

/** Runs a computation to its end without giving way. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Plans a run, of as many events as there are unless said otherwise. */
export function planAtOnce(input: FundingInput, maximumEvents = Number.POSITIVE_INFINITY): FundingPlan {
  return atOnce(planFunding(input, maximumEvents));
}

/** Writes an event as `2026-03-01 fund Rent 100.00`, with `of 120.00` when more was wanted, or why nothing moved. */
export function eventText({ date: eventDate, kind, budgetId, wanted, moved, outcome }: PlannedEvent, currency: string): string {
  const money = (value: Decimal): string => formatMoney(value, currency);
  const text = {
    moved: () => money(moved),
    partly_moved: () => `${money(moved)} of ${money(wanted)}`,
    nothing_available: () => `nothing of ${money(wanted)}`,
    nothing_wanted: () => 'nothing wanted',
    paused: () => 'paused',
  }[outcome]();
  return `${eventDate} ${kind} ${budgetId} ${text}`;
}

/** The account as a plan leaves it: what the database would hold when the next run reads it. */
export function applyPlan(input: FundingInput, plan: FundingPlan): FundingInput {
  const changes = new Map(plan.budgetChanges.map((change) => [change.budgetId, change]));
  return {
    ...input,
    account: { ...input.account, unallocatedBalance: plan.unallocatedBalance },
    budgets: input.budgets.map((budget) => ({ ...budget, ...changes.get(budget.id) })),
  };
}

/** All balances by name, Unallocated among them. */
export function balancesOf(input: FundingInput): Record<string, string> {
  const text = (value: Decimal): string => formatMoney(value, input.account.currency);
  return Object.fromEntries([
    ...input.budgets.map(({ id, balance }) => [id, text(balance)] as const),
    ['Unallocated', text(input.account.unallocatedBalance)] as const,
  ]);
}

/** The same account on another day, imported through that day unless said otherwise. */
export function onDay(input: FundingInput, today: CalendarDate, imported: CalendarDate | null = today): FundingInput {
  return { ...input, today, account: { ...input.account, lastPostedThrough: imported } };
}
