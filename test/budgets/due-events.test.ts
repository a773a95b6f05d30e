import { describe, expect, test } from 'vitest';
import { calendarDate } from '../../src/dates.ts';
import { isCompleteAfterRetarget } from '../../src/budgets/funding-amounts.ts';
import { floorsAfterChange, type FloorBasis, type Floors } from '../../src/budgets/due-events.ts';
import type { BudgetType } from '../../src/budgets/funding-input.ts';
import { forecastFunding } from '../../src/funding/forecast.ts';
import { Decimal } from '../../src/money.ts';
import { applyPlan, atOnce, balancesOf, eventText, inputOf, onDay, planAtOnce } from '../funding/scenario.ts';

const TODAY = calendarDate('2026-03-31');
const EARLIER = calendarDate('2026-01-31');
const LATER = calendarDate('2026-05-31');

const goal: FloorBasis & Floors = {
  budgetType: 'G', paused: false, complete: false, fundingSchedule: 'RRULE:FREQ=DAILY', recurrenceSchedule: null, fundingFloor: EARLIER, recurrenceFloor: EARLIER,
};

describe('the floors after a change', () => {
  test.each<[string, Partial<FloorBasis & Floors> | null, Partial<FloorBasis>, string, string]>([
    ['a new budget starts today', null, {}, TODAY, TODAY],
    ['nothing changed', {}, {}, EARLIER, EARLIER],
    ['another funding schedule starts today', {}, { fundingSchedule: 'RRULE:FREQ=WEEKLY' }, TODAY, EARLIER],
    ['another recurrence starts today', {}, { recurrenceSchedule: 'RRULE:FREQ=WEEKLY' }, EARLIER, TODAY],
    ['no recurrence is no recurrence, null or empty', {}, { recurrenceSchedule: '' }, EARLIER, EARLIER],
    ['a paused budget that goes on starts today', { paused: true }, { paused: false }, TODAY, TODAY],
    ['pausing raises nothing: the dates are recorded as skipped', {}, { paused: true }, EARLIER, EARLIER],
    ['a goal that is re-opened starts today', { complete: true }, { complete: false }, TODAY, EARLIER],
    ['a goal that is reached keeps its floor', {}, { complete: true }, EARLIER, EARLIER],
    ['a recurring budget that is no longer complete keeps its floor', { budgetType: 'R', complete: true }, { budgetType: 'R', complete: false }, EARLIER, EARLIER],
    ['a floor is never lowered', { fundingFloor: LATER, recurrenceFloor: LATER, paused: true }, { paused: false }, LATER, LATER],
  ])('%s', (_, before, change, fundingFloor, recurrenceFloor) => {
    const previous = before && { ...goal, ...before };
    expect(floorsAfterChange(previous, { ...goal, ...change }, TODAY)).toEqual({ fundingFloor, recurrenceFloor });
  });

  test('a goal that is re-opened is not funded for the dates at which it was done', () => {
    const input = inputOf({ unallocated: 1000, today: '2026-06-30', budgets: { Bike: { target: 100, amount: 50 } } });
    const done = applyPlan(input, planAtOnce(input));
    expect(balancesOf(done)['Bike']).toBe('100.00');
    const reopened = done.budgets.map((budget) => {
      const after = { ...budget, targetBalance: new Decimal(500), complete: isCompleteAfterRetarget('G', true, budget.targetBalance, { ...budget, targetBalance: new Decimal(500) }) };
      return { ...after, ...floorsAfterChange(budget, after, calendarDate('2026-06-30')) };
    });
    const plan = planAtOnce(onDay({ ...done, budgets: reopened }, calendarDate('2026-07-31')));
    expect(plan.events.map((event) => eventText(event, 'USD'))).toEqual(['2026-07-01 fund Bike 50.00']);
  });
});

describe('complete, after another target', () => {
  test.each<[string, BudgetType, boolean, number, number, number, boolean]>([
    ['a goal whose target is raised above its balance is re-opened', 'G', true, 100, 150, 100, false],
    ['and so is a recurring budget', 'R', true, 100, 150, 100, false],
    ['a goal whose target is raised but still held stays complete', 'G', true, 100, 150, 150, true],
    ['a spent goal whose target is lowered stays complete', 'G', true, 100, 50, 0, true],
    ['a goal whose target comes down to its balance becomes complete', 'G', false, 100, 50, 50, true],
    ['a goal that lost its target does not become complete', 'G', false, 100, 0, 50, false],
    ['a capped budget always says how things are', 'C', true, 100, 150, 120, false],
    ['and so does a fill-up', 'A', true, 100, 90, 80, false],
  ])('%s', (_, type, was, previous, target, balance, expected) => {
    const budget = { targetBalance: new Decimal(target), balance: new Decimal(balance) };
    expect(isCompleteAfterRetarget(type, was, new Decimal(previous), budget)).toBe(expected);
  });
});

describe('the forecast', () => {
  const input = inputOf({
    unallocated: 130, imported: null, today: '2026-02-20',
    budgets: { Bike: { target: 500, amount: 50 }, Rent: { type: 'R', target: 40, amount: 40, schedule: 'FREQ=MONTHLY;BYMONTHDAY=10', recurrence: 'FREQ=MONTHLY;BYMONTHDAY=20', fillup: 'Fill' }, Fill: { type: 'A', target: 40 } },
  });

  test('lists the coming events with the balances after each, as if everything were imported in time', () => {
    const { events, warnings } = atOnce(forecastFunding(input, calendarDate('2026-04-05')));
    expect(events.map((event) => `${eventText(event, 'USD')}: ${event.balancesAfter.map(({ budgetId, balance }) => `${budgetId} ${balance.toFixed(2)}`).join(', ')}`)).toEqual([
      '2026-02-20 recur Rent nothing of 40.00: ',
      '2026-03-01 fund Bike 50.00: Unallocated 80.00, Bike 50.00',
      '2026-03-10 fund Rent 40.00: Unallocated 40.00, Fill 40.00',
      '2026-03-20 recur Rent 40.00: Fill 0.00, Rent 40.00',
      '2026-04-01 fund Bike 40.00 of 50.00: Unallocated 0.00, Bike 90.00',
    ]);
    expect(warnings).toHaveLength(2);
  });

  test('ends with the balances that the engine would leave', () => {
    const until = calendarDate('2026-12-31');
    const { balances, events } = atOnce(forecastFunding(input, until));
    const real = onDay(input, until);
    const plan = planAtOnce(real);
    expect(Object.fromEntries(balances.map(({ budgetId, balance }) => [budgetId, balance.toFixed(2)]))).toEqual(balancesOf(applyPlan(real, plan)));
    expect(events).toHaveLength(plan.events.length);
  });
});
