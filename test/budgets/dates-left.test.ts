import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { DatesLeft } from '../../src/budgets/dates-left.ts';
import type { FundingBudget } from '../../src/budgets/funding-input.ts';
import { addDays, calendarDate, type CalendarDate } from '../../src/dates.ts';
import { occurrencesBetween } from '../../src/recurrence/schedule.ts';
import { inputOf } from '../funding/scenario.ts';

const FIRST = calendarDate('2026-03-01');
const LAST = calendarDate('2026-06-30');

function budgetWith(settings: { funding?: string; recurrence?: string; target?: string | null }): FundingBudget {
  const { funding = 'FREQ=DAILY', recurrence = '', target = null } = settings;
  const [budget] = inputOf({ budgets: { Bike: { type: recurrence === '' ? 'G' : 'R', funding: 'D', schedule: funding, recurrence, target_date: target } } }).budgets;
  if (!budget) throw new Error('there is a budget');
  return budget;
}

/** The definition: dates from this one through the next recurrence, else the target date, else this date. */
function counted(budget: FundingBudget, date: CalendarDate): number {
  const before = addDays(date, -1);
  const century = addDays(date, 36_525);
  const [recurrence] = occurrencesBetween(budget.recurrenceSchedule, budget.scheduleAnchor, before, century, 1);
  const end = recurrence ?? budget.targetDate ?? date;
  return Math.max(1, occurrencesBetween(budget.fundingSchedule, budget.scheduleAnchor, before, end < century ? end : century).length);
}

test('each date of a run counts the dates through its own end, whichever of them are asked for', () => {
  const schedule = fc.constantFrom('FREQ=DAILY', 'FREQ=WEEKLY;BYDAY=MO,FR', 'FREQ=MONTHLY;BYMONTHDAY=1,15', 'FREQ=DAILY;UNTIL=20260501');
  const recurrence = fc.constantFrom('', 'FREQ=MONTHLY;BYMONTHDAY=20', 'FREQ=MONTHLY;BYMONTHDAY=20;UNTIL=20260421', 'FREQ=YEARLY;INTERVAL=200');
  const target = fc.constantFrom(null, '2026-02-01', '2026-04-10', '2026-05-01', '2031-12-31');
  fc.assert(
    fc.property(schedule, recurrence, target, fc.array(fc.boolean(), { minLength: 130, maxLength: 130 }), (funding, recurs, targetDate, asked) => {
      const budget = budgetWith({ funding, recurrence: recurs, target: targetDate });
      const dates = occurrencesBetween(budget.fundingSchedule, budget.scheduleAnchor, addDays(FIRST, -1), LAST).filter((_, index) => asked[index]);
      const left = new DatesLeft(budget, FIRST, LAST);
      expect(dates.map((date) => left.from(date))).toEqual(dates.map((date) => counted(budget, date)));
    }),
    { numRuns: 100 },
  );
});

test('a century of daily dates is counted, and none of them is remembered', () => {
  setFlagsFromString('--expose-gc');
  const kept: DatesLeft[] = [];
  const budget = budgetWith({ target: '9999-12-31' });
  const heap = (): number => {
    runInNewContext('gc()');
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let budgets = 0; budgets < 100; budgets += 1) {
    const left = new DatesLeft(budget, FIRST, LAST);
    expect(left.from(FIRST)).toBe(36_526);
    kept.push(left);
  }
  // Remembered, they would take at least 14.6 MB.
  expect(heap() - before).toBeLessThan(5_000_000);
  expect(kept).toHaveLength(100);
});
