import { describe, expect, test } from 'vitest';
import { fundingSummary, nextFunding, parentsByFillup, type NextFundingContext } from '../../src/budgets/next-funding.ts';
import { calendarDate } from '../../src/dates.ts';
import { inputOf, onDay, planAtOnce, type Scenario } from '../funding/scenario.ts';

function context({ account, today }: ReturnType<typeof inputOf>): NextFundingContext {
  return { ...account, today };
}

/** The next funding of the first budget, as text. */
function next(scenario: Scenario): string | null {
  const input = inputOf(scenario);
  const [budget] = input.budgets;
  if (!budget) throw new Error('A case needs a budget.');
  const found = nextFunding(budget, parentsByFillup(input.budgets).get(budget.id) ?? null, context(input));
  return found && `${found.date} ${found.amount.toFixed(2)}${found.deferred ? ' deferred' : ''}`;
}

const parent = { type: 'R', target: 800, amount: 200, balance: 800, fillup: 'Fill' } as const;

describe('the next funding of a budget', () => {
  test.each<[string, Scenario, string | null]>([
    ['lies in the future, beyond what is imported', { today: '2026-02-20', budgets: { Bike: { target: 500, amount: 50 } } }, '2026-03-01 50.00 deferred'],
    ['is the earliest date that is not processed, while it waits', { imported: '2026-02-20', budgets: { Bike: { target: 500, amount: 50 } } }, '2026-03-01 50.00 deferred'],
    ['waits when nothing was ever imported', { imported: null, budgets: { Bike: { target: 500, amount: 50 } } }, '2026-03-01 50.00 deferred'],
    ['does not wait when the imports reach it', { imported: '2026-03-01', budgets: { Bike: { target: 500, amount: 50 } } }, '2026-03-01 50.00'],
    ['is not limited by Unallocated', { unallocated: -3, budgets: { Bike: { target: 500, amount: 50 } } }, '2026-03-01 50.00'],
    ['is limited by the gap', { budgets: { Bike: { target: 500, amount: 50, balance: 480 } } }, '2026-03-01 20.00'],
    ['spreads a gap from that date', { budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-05-01' } } }, '2026-03-01 100.00'],
    ['spreads the gap of R through its next recurrence', { budgets: { Rent: { type: 'R', funding: 'D', target: 300, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=20;INTERVAL=3' } } }, '2026-03-01 150.00'],
    ['of a fill-up follows its parent', { budgets: { Fill: { type: 'A', target: 800, balance: 700, schedule: '' }, Rent: parent } }, '2026-03-01 100.00'],
    ['of a fill-up is null while its parent is paused', { budgets: { Fill: { type: 'A', target: 800 }, Rent: { ...parent, paused: true } } }, null],
    ['of a fill-up without parent is null', { budgets: { Fill: { type: 'A', target: 800, amount: 10 } } }, null],
    ['of R with a fill-up is null', { budgets: { Rent: parent, Fill: { type: 'A', target: 800 } } }, null],
    ['of R that is complete but spent is its gap', { budgets: { Rent: { type: 'R', target: 800, amount: 200, complete: true } } }, '2026-03-01 200.00'],
    ['of a paused budget is null', { budgets: { Bike: { target: 500, amount: 50, paused: true } } }, null],
    ['of an archived budget is null', { budgets: { Bike: { target: 500, amount: 50, archived: true } } }, null],
    ['of a complete goal is null', { budgets: { Bike: { target: 500, amount: 50, complete: true } } }, null],
    ['of Unallocated is null', { budgets: { Unallocated: { target: 500, amount: 50 } } }, null],
    ['with nothing to move is null', { budgets: { Food: { type: 'C', target: 500, amount: 50, balance: 500 } } }, null],
    ['without schedule is null', { budgets: { Bike: { target: 500, amount: 50, schedule: '' } } }, null],
    ['of a schedule that has ended is null', { budgets: { Bike: { target: 500, amount: 50, schedule: 'FREQ=MONTHLY;UNTIL=20260201' } } }, null],
    ['in exactly ten years is found', { budgets: { Bike: { amount: 50, schedule: 'DTSTART:20360331\nRRULE:FREQ=YEARLY' } } }, '2036-03-31 50.00 deferred'],
    ['later than in ten years is null', { budgets: { Bike: { amount: 50, schedule: 'DTSTART:20360401\nRRULE:FREQ=YEARLY' } } }, null],
  ])('%s', (_, scenario, expected) => {
    expect(next(scenario)).toBe(expected);
  });

  test('is what the engine does, when the day comes and the money is there', () => {
    const input = inputOf({
      today: '2026-02-20', unallocated: 5000,
      budgets: {
        Bike: { funding: 'D', target: 100, target_date: '2026-05-01' }, Food: { type: 'C', target: 300, amount: 50 },
        Fill: { type: 'A', target: 800, balance: 750 }, Rent: parent, Gas: { type: 'R', funding: 'D', target: 90, schedule: 'FREQ=WEEKLY', recurrence: 'FREQ=MONTHLY' },
      },
    });
    const parents = parentsByFillup(input.budgets);
    const promised = input.budgets.flatMap((budget) => {
      const found = nextFunding(budget, parents.get(budget.id) ?? null, context(input));
      return found ? [`${found.date} ${budget.id} ${found.amount.toFixed(2)}`] : [];
    });
    const done = planAtOnce(onDay(input, calendarDate('2026-03-01')));
    const firstPerBudget = new Map([...done.transfers].reverse().map(({ destinationBudgetId, date, amount }) => [destinationBudgetId, `${date} ${destinationBudgetId} ${amount.toFixed(2)}`]));
    expect(promised.sort()).toEqual([...firstPerBudget.values()].sort());
  });
});

describe('the funding summary', () => {
  test('sums the next amounts by schedule text, earliest first, fill-ups under their parents', () => {
    const input = inputOf({
      budgets: {
        Bike: { target: 500, amount: 50 },
        Late: { target: 500, amount: 7, floor: '2026-03-20' },
        Rent: parent,
        Fill: { type: 'A', target: 800, balance: 700, schedule: '' },
        Gas: { amount: 5, schedule: 'FREQ=WEEKLY;BYDAY=MO', floor: '2026-02-15' },
        Done: { target: 500, amount: 50, complete: true },
        Off: { target: 500, amount: 50, paused: true },
      },
    });
    const { schedules, totalAmount } = fundingSummary(input.budgets, context(input));
    expect(schedules.map((group) => ({ ...group, totalAmount: group.totalAmount.toFixed(2) }))).toEqual([
      { schedule: 'RRULE:FREQ=WEEKLY;BYDAY=MO', nextDate: '2026-02-16', totalAmount: '5.00', budgetCount: 1 },
      { schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1', nextDate: '2026-03-01', totalAmount: '157.00', budgetCount: 3 },
    ]);
    expect(totalAmount.toFixed(2)).toBe('162.00');
  });

  test('of an account without schedules is empty', () => {
    const input = inputOf({ budgets: {} });
    expect(fundingSummary(input.budgets, context(input)).schedules).toEqual([]);
  });
});
