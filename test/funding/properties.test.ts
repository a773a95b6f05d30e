import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, calendarDate } from '../../src/dates.ts';
import type { FundingInput } from '../../src/budgets/funding-input.ts';
import { activeKinds, datesOf, dueEvents, floorOf } from '../../src/budgets/due-events.ts';
import { planFunding, type FundingPlan, type PlannedEvent } from '../../src/funding/plan.ts';
import { Decimal } from '../../src/money.ts';
import { applyPlan, balancesOf, eventText, inputOf, onDay, planAtOnce, type Scenario } from './scenario.ts';

const FLOOR = calendarDate('2026-01-31');

const schedule = fc.constantFrom(
  '', 'FREQ=MONTHLY;BYMONTHDAY=1', 'FREQ=MONTHLY;BYMONTHDAY=1,15', 'FREQ=MONTHLY;BYMONTHDAY=-1', 'FREQ=WEEKLY;BYDAY=FR', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO',
  'FREQ=DAILY;INTERVAL=5', 'DTSTART:20260210\nRRULE:FREQ=MONTHLY;BYMONTHDAY=20;COUNT=3', 'RRULE:FREQ=WEEKLY\nEXDATE:20260212\nRDATE:20260214', 'FREQ=MONTHLY;UNTIL=20260401',
);
const cents = (maximum: number): fc.Arbitrary<string> => fc.integer({ min: 0, max: maximum }).map((value) => (value / 100).toFixed(2));
const days = (maximum: number): fc.Arbitrary<ReturnType<typeof addDays>> => fc.integer({ min: 0, max: maximum }).map((count) => addDays(FLOOR, count));

const common = {
  funding: fc.constantFrom('D' as const, 'F' as const),
  target: fc.oneof(fc.constant('0'), cents(50_000)),
  amount: fc.option(cents(20_000)),
  balance: fc.oneof(cents(60_000), cents(5000).map((value) => `-${value}`)),
  target_date: fc.option(days(200)),
  schedule,
  paused: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
  complete: fc.boolean(),
  floor: fc.constant(FLOOR),
  anchor: fc.constant(calendarDate('2026-01-15')),
};
const plain = fc.record({ ...common, type: fc.constantFrom('G' as const, 'C' as const, 'R' as const), recurrence: schedule });
const withFillup = fc.tuple(fc.record({ ...common, recurrence: schedule }), common.balance);

/** Accounts of up to four budgets, some with a fill-up of their own. */
const account: fc.Arbitrary<Scenario> = fc
  .record({
    unallocated: fc.oneof(cents(300_000), cents(1000).map((value) => `-${value}`)),
    plain: fc.array(plain, { maxLength: 3 }),
    recurring: fc.array(withFillup, { maxLength: 2 }),
  })
  .map(({ unallocated, plain: budgets, recurring }) => ({
    unallocated,
    today: '2026-07-31',
    budgets: Object.fromEntries<Scenario['budgets'][string]>([
      ...budgets.map((budget, index) => [`Plain ${index}`, budget] as const),
      ...recurring.flatMap(([budget, balance], index) => [
        [`Recurring ${index}`, { ...budget, type: 'R' as const, fillup: `Fill-up ${index}` }] as const,
        [`Fill-up ${index}`, { ...budget, type: 'A' as const, balance, complete: false, recurrence: '' }] as const,
      ]),
    ]),
  }));

function texts(events: readonly PlannedEvent[]): string[] {
  return events.map((event) => eventText(event, 'USD'));
}

function total(input: FundingInput): string {
  return input.budgets.reduce((sum, budget) => sum.plus(budget.balance), input.account.unallocatedBalance).toFixed(4);
}

function flags(input: FundingInput): unknown[] {
  return input.budgets.map(({ id, complete, fundingFloor, recurrenceFloor }) => [id, complete, fundingFloor, recurrenceFloor]);
}

describe('for every account', () => {
  test('no event lifts a budget above its target, and Unallocated is never drawn below zero', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const input = inputOf(scenario);
        const balances = new Map(input.budgets.map(({ id, balance }) => [id, balance]));
        balances.set('Unallocated', input.account.unallocatedBalance);
        const targets = new Map(input.budgets.map(({ id, targetBalance }) => [id, targetBalance]));
        const balanceOf = (id: string): Decimal => balances.get(id) ?? new Decimal(0);
        for (const { transfer, wanted, moved } of planAtOnce(input).events) {
          expect(moved.lessThanOrEqualTo(wanted)).toBe(true);
          if (!transfer) continue;
          const { sourceBudgetId, destinationBudgetId, amount } = transfer;
          expect(amount.greaterThan(0) && amount.decimalPlaces() <= 2).toBe(true);
          balances.set(sourceBudgetId, balanceOf(sourceBudgetId).minus(amount));
          balances.set(destinationBudgetId, balanceOf(destinationBudgetId).plus(amount));
          expect(balanceOf(sourceBudgetId).isNegative()).toBe(false);
          const target = targets.get(destinationBudgetId);
          if (target?.greaterThan(0)) expect(balanceOf(destinationBudgetId).lessThanOrEqualTo(target)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('money only moves: the sum of all balances stays', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const input = inputOf(scenario);
        expect(total(applyPlan(input, planAtOnce(input)))).toBe(total(input));
      }),
      { numRuns: 300 },
    );
  });

  test('the transfers of a plan give the balances of the plan', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const input = inputOf(scenario);
        const plan = planAtOnce(input);
        const after = applyPlan(input, plan);
        for (const { id, balance } of input.budgets) {
          const moved = plan.transfers.reduce((sum, { sourceBudgetId, destinationBudgetId, amount }) => {
            if (destinationBudgetId === id) return sum.plus(amount);
            return sourceBudgetId === id ? sum.minus(amount) : sum;
          }, balance);
          expect(after.budgets.find((budget) => budget.id === id)?.balance.toFixed(2)).toBe(moved.toFixed(2));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('an event happens once: no budget, kind and date twice, and a second run changes nothing', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const input = inputOf(scenario);
        const plan = planAtOnce(input);
        expect(new Set(plan.events.map(({ budgetId, kind, date }) => `${budgetId} ${kind} ${date}`)).size).toBe(plan.events.length);
        expect(planAtOnce(applyPlan(input, plan))).toMatchObject({ events: [], transfers: [], budgetChanges: [], warnings: [] });
      }),
      { numRuns: 300 },
    );
  });

  test('running every day is running once at the end, when nothing else happens', () => {
    fc.assert(
      fc.property(account, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 20 }), (scenario, step, lag) => {
        const start = inputOf(scenario);
        const once = planAtOnce(start);
        let input = start;
        const events: PlannedEvent[] = [];
        // Imports lag behind the days of the runs; the last one reaches the end.
        for (let day = FLOOR; day < start.today; day = addDays(day, step)) {
          const plan = planAtOnce(onDay(input, day, addDays(day, -lag)));
          events.push(...plan.events);
          input = applyPlan(input, plan);
        }
        const last = planAtOnce(onDay(input, start.today));
        input = onDay(applyPlan(input, last), start.today);
        const end = applyPlan(start, once);
        expect(texts([...events, ...last.events])).toEqual(texts(once.events));
        expect(balancesOf(input)).toEqual(balancesOf(end));
        expect(flags(input)).toEqual(flags(end));
      }),
      { numRuns: 200 },
    );
  });

  test('rounds of any size add up to one run: the same events with the same amounts in the same order, the same warnings, the same end', () => {
    fc.assert(
      fc.property(account, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (scenario, sizes) => {
        const start = inputOf(scenario);
        const once = planAtOnce(start);
        let input = start;
        const rounds: FundingPlan[] = [];
        for (const size of sizes) {
          const round = planAtOnce(input, size);
          expect(round.events.length).toBe(Math.min(size, once.events.length - rounds.flatMap(({ events }) => events).length));
          // The date from which it goes on; what is left is due at once, and does not wait for an import.
          expect(round.firstLeft).toBe(once.events[rounds.flatMap(({ events }) => events).length + size]?.date ?? null);
          expect(round.deferred).toBe(false);
          rounds.push(round);
          input = applyPlan(input, round);
          if (round.firstLeft === null) break;
        }
        const end = applyPlan(start, once);
        expect(rounds.flatMap(({ events }) => events)).toEqual(once.events);
        expect(rounds.flatMap(({ warnings }) => warnings)).toEqual(once.warnings);
        expect([...new Set(rounds.flatMap(({ skippedBudgets }) => skippedBudgets))]).toEqual(once.skippedBudgets);
        expect([balancesOf(input), flags(input)]).toEqual([balancesOf(end), flags(end)]);
      }),
      { numRuns: 200 },
    );
  });

  test('the due events are all dates of all calendars, by date, funding first, then by budget', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const { budgets, account: { unallocatedBudgetId }, today } = inputOf(scenario);
        const found = [...dueEvents(budgets, unallocatedBudgetId, today)].flatMap((event) => event ?? []);
        const dates = budgets.flatMap((budget) =>
          activeKinds(budget, unallocatedBudgetId).flatMap((kind) => datesOf(budget, kind, floorOf(budget, kind), today).map((date) => `${date} ${kind} ${budget.id}`)),
        );
        expect(found.map(({ date, kind, budgetId }) => `${date} ${kind} ${budgetId}`)).toEqual(dates.sort());
      }),
      { numRuns: 200 },
    );
  });

  test('a plan may be interrupted before every event', () => {
    fc.assert(
      fc.property(account, (scenario) => {
        const steps = planFunding(inputOf(scenario));
        let interruptions = 0;
        let step = steps.next();
        for (; step.done !== true; step = steps.next()) interruptions += 1;
        expect(interruptions).toBeGreaterThanOrEqual(step.value.events.length);
      }),
      { numRuns: 50 },
    );
  });

  test('a spread gap is closed to the cent by its last date, when the money is there', () => {
    fc.assert(
      fc.property(cents(1_000_000), fc.integer({ min: 1, max: 60 }), (target, weeks) => {
        const last = addDays(calendarDate('2026-02-06'), (weeks - 1) * 7);
        const input = inputOf({
          unallocated: '10000', today: last,
          budgets: { Goal: { funding: 'D', target, target_date: last, schedule: 'FREQ=WEEKLY;BYDAY=FR', floor: FLOOR } },
        });
        expect(balancesOf(applyPlan(input, planAtOnce(input)))['Goal']).toBe(target);
      }),
      { numRuns: 100 },
    );
  });
});
