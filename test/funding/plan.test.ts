import { describe, expect, test } from 'vitest';
import { calendarDate } from '../../src/dates.ts';
import { applyPlan, balancesOf, eventText, inputOf, onDay, planAtOnce, type Scenario } from './scenario.ts';

interface Case extends Scenario {
  events: string[];
  /** Balances at the end, of the budgets that matter. */
  end?: Record<string, string>;
  /** Names of the budgets that are complete at the end; not looked at when absent. */
  complete?: string[];
  warnings?: string[];
  skipped?: string[];
  deferred?: boolean;
}

const WEEKLY = 'FREQ=WEEKLY;BYDAY=FR';
const MONTHLY_15 = 'FREQ=MONTHLY;BYMONTHDAY=15';
const TWICE = 'FREQ=MONTHLY;BYMONTHDAY=1,15';

function check(_name: string, { events, end, complete, warnings, skipped, deferred, ...scenario }: Case): void {
  const input = inputOf(scenario);
  const plan = planAtOnce(input);
  const after = applyPlan(input, plan);
  expect(plan.events.map((event) => eventText(event, input.account.currency))).toEqual(events);
  expect(balancesOf(after)).toMatchObject(end ?? {});
  if (complete) expect(after.budgets.filter((budget) => budget.complete).map(({ id }) => id)).toEqual(complete);
  expect(plan.warnings).toEqual(warnings ?? []);
  expect(plan.skippedBudgets).toEqual(skipped ?? []);
  expect(plan.deferred).toBe(deferred ?? false);
  // Whatever the case: done is done.
  expect(planAtOnce(after)).toMatchObject({ events: [], budgetChanges: [], deferred: deferred ?? false });
}

const fixedAmounts: [string, Case][] = [
  ['G moves its amount', {
    budgets: { Bike: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Bike 50.00'], end: { Bike: '50.00', Unallocated: '950.00' }, complete: [],
  }],
  ['G never gets more than its gap', {
    budgets: { Bike: { target: 500, amount: 50, balance: 470 } },
    events: ['2026-03-01 fund Bike 30.00'], end: { Bike: '500.00' }, complete: ['Bike'],
  }],
  ['G whose amount is its gap becomes complete', {
    budgets: { Bike: { target: 500, amount: 50, balance: 450 } },
    events: ['2026-03-01 fund Bike 50.00'], complete: ['Bike'],
  }],
  ['G at its target but never marked wants nothing', {
    budgets: { Bike: { target: 500, amount: 50, balance: 500 } },
    events: ['2026-03-01 fund Bike nothing wanted'], end: { Unallocated: '1000.00' },
  }],
  ['G above its target wants nothing', {
    budgets: { Bike: { target: 500, amount: 50, balance: 600 } },
    events: ['2026-03-01 fund Bike nothing wanted'], end: { Bike: '600.00' },
  }],
  ['G without target gets the full amount', {
    budgets: { Bike: { amount: 50, balance: 70 } },
    events: ['2026-03-01 fund Bike 50.00'], end: { Bike: '120.00' }, complete: [],
  }],
  ['G without amount gets nothing', { budgets: { Bike: { target: 500 } }, events: ['2026-03-01 fund Bike nothing wanted'] }],
  ['G with amount 0 gets nothing', { budgets: { Bike: { target: 500, amount: 0 } }, events: ['2026-03-01 fund Bike nothing wanted'] }],
  ['G that is overdrawn gets its amount', {
    budgets: { Bike: { target: 500, amount: 50, balance: -20 } },
    events: ['2026-03-01 fund Bike 50.00'], end: { Bike: '30.00' },
  }],
  ['G that is complete has no events, even when its money is spent', {
    budgets: { Bike: { target: 500, amount: 50, complete: true } },
    events: [], complete: ['Bike'],
  }],
  ['C moves its amount', { budgets: { Food: { type: 'C', target: 300, amount: 50 } }, events: ['2026-03-01 fund Food 50.00'] }],
  ['C stops at its cap', {
    budgets: { Food: { type: 'C', target: 300, amount: 50, balance: 290 } },
    events: ['2026-03-01 fund Food 10.00'], complete: ['Food'],
  }],
  ['C that is full wants nothing, and stays an event', {
    budgets: { Food: { type: 'C', target: 300, amount: 50, balance: 300, complete: true } },
    events: ['2026-03-01 fund Food nothing wanted'], complete: ['Food'],
  }],
  ['C without cap gets nothing', { budgets: { Food: { type: 'C', amount: 50 } }, events: ['2026-03-01 fund Food nothing wanted'] }],
  ['C is funded again after spending', {
    budgets: { Food: { type: 'C', target: 300, amount: 50, balance: 100, complete: true } },
    events: ['2026-03-01 fund Food 50.00'], complete: [],
  }],
  ['R without recurrence moves its amount', { budgets: { Rent: { type: 'R', target: 800, amount: 200 } }, events: ['2026-03-01 fund Rent 200.00'] }],
  ['R stops at its target', {
    budgets: { Rent: { type: 'R', target: 800, amount: 200, balance: 700 } },
    events: ['2026-03-01 fund Rent 100.00'], complete: ['Rent'],
  }],
  ['R without target gets the full amount', {
    budgets: { Rent: { type: 'R', amount: 200, balance: 900 } },
    events: ['2026-03-01 fund Rent 200.00'], complete: [],
  }],
  ['R that is complete and spent is filled again before its recurrence', {
    budgets: { Rent: { type: 'R', target: 800, amount: 200, balance: 0, complete: true } },
    events: ['2026-03-01 fund Rent 200.00'], complete: ['Rent'],
  }],
  ['R with a fill-up fills that instead', {
    budgets: { Rent: { type: 'R', target: 800, amount: 200, balance: 800, fillup: 'Fill' }, Fill: { type: 'A', target: 800, balance: 100 } },
    events: ['2026-03-01 fund Rent 200.00'], end: { Rent: '800.00', Fill: '300.00' },
  }],
  ['R fills its fill-up no further than the target', {
    budgets: { Rent: { type: 'R', target: 800, amount: 200, fillup: 'Fill' }, Fill: { type: 'A', target: 800, balance: 750 } },
    events: ['2026-03-01 fund Rent 50.00'], end: { Rent: '0.00', Fill: '800.00' }, complete: ['Fill'],
  }],
  ['R without target gives its fill-up the full amount', {
    budgets: { Rent: { type: 'R', amount: 200, fillup: 'Fill' }, Fill: { type: 'A', balance: 750 } },
    events: ['2026-03-01 fund Rent 200.00'], end: { Fill: '950.00' },
  }],
  ['A has no events of its own', { budgets: { Fill: { type: 'A', target: 800, amount: 200, recurrence: WEEKLY } }, events: [] }],
];

const spreadAmounts: [string, Case][] = [
  ['G without target date closes its gap at once', {
    budgets: { Bike: { funding: 'D', target: 300 } },
    events: ['2026-03-01 fund Bike 300.00'], complete: ['Bike'],
  }],
  ['G spreads its gap over the dates through its target date', {
    budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-05-31' } },
    events: ['2026-03-01 fund Bike 100.00'],
  }],
  ['G counts its target date itself', {
    budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 100.00'],
  }],
  ['G does not count a date after its target date', {
    budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-04-30' } },
    events: ['2026-03-01 fund Bike 150.00'],
  }],
  ['G past its target date closes its gap at once', {
    budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-01-31' } },
    events: ['2026-03-01 fund Bike 300.00'],
  }],
  ['G does not count dates that are taken away', {
    budgets: { Bike: { funding: 'D', target: 300, target_date: '2026-05-01', schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1\nEXDATE:20260401' } },
    events: ['2026-03-01 fund Bike 150.00'],
  }],
  ['G ignores the funding amount', {
    budgets: { Bike: { funding: 'D', target: 300, amount: 5, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 100.00'],
  }],
  ['G rounds, and its last date closes the gap to the cent', {
    today: '2026-05-31', budgets: { Bike: { funding: 'D', target: 100, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 33.33', '2026-04-01 fund Bike 33.34', '2026-05-01 fund Bike 33.33'], end: { Bike: '100.00' }, complete: ['Bike'],
  }],
  ['halves are rounded to the even cent', {
    budgets: { Bike: { funding: 'D', target: '0.05', target_date: '2026-04-01' } },
    events: ['2026-03-01 fund Bike 0.02'],
  }],
  ['a part that rounds to zero wants nothing', {
    today: '2026-05-31', budgets: { Bike: { funding: 'D', target: '0.01', target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike nothing wanted', '2026-04-01 fund Bike nothing wanted', '2026-05-01 fund Bike 0.01'], complete: ['Bike'],
  }],
  ['yen have no decimals', {
    currency: 'JPY', budgets: { Bike: { funding: 'D', target: 100, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 33.00'],
  }],
  ['dinars have three', {
    currency: 'KWD', budgets: { Bike: { funding: 'D', target: 100, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 33.333'],
  }],
  ['a recurrence schedule means nothing to G', {
    budgets: { Bike: { funding: 'D', target: 300, recurrence: MONTHLY_15, target_date: '2026-05-01' } },
    events: ['2026-03-01 fund Bike 100.00'],
  }],
  ['G without target but overdrawn is brought back to zero', {
    budgets: { Bike: { funding: 'D', balance: -20 } },
    events: ['2026-03-01 fund Bike 20.00'], end: { Bike: '0.00' }, complete: [],
  }],
  ['G without target wants nothing', { budgets: { Bike: { funding: 'D', balance: 20 } }, events: ['2026-03-01 fund Bike nothing wanted'] }],
  ['C is filled up at once', {
    budgets: { Food: { type: 'C', funding: 'D', target: 300, balance: 120 } },
    events: ['2026-03-01 fund Food 180.00'], complete: ['Food'],
  }],
  ['R counts the dates through its next recurrence', {
    budgets: { Rent: { type: 'R', funding: 'D', target: 800, schedule: WEEKLY, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=20', floor: '2026-02-27' } },
    events: [
      '2026-03-06 fund Rent 266.67',
      '2026-03-13 fund Rent 266.66',
      '2026-03-20 fund Rent 266.67',
      '2026-03-20 recur Rent nothing wanted',
      '2026-03-27 fund Rent nothing wanted',
    ],
    end: { Rent: '800.00' }, complete: ['Rent'],
  }],
  ['R on the day of its recurrence is filled before it', {
    budgets: { Rent: { type: 'R', funding: 'D', target: 800, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=1' } },
    events: ['2026-03-01 fund Rent 800.00', '2026-03-01 recur Rent nothing wanted'], complete: ['Rent'],
  }],
  ['R goes by its recurrence, not by its target date', {
    budgets: {
      Rent: { type: 'R', funding: 'D', target: 800, target_date: '2026-12-31', recurrence: 'FREQ=MONTHLY;BYMONTHDAY=28', schedule: TWICE, floor: '2026-02-28' },
    },
    events: ['2026-03-01 fund Rent 400.00', '2026-03-15 fund Rent 400.00', '2026-03-28 recur Rent nothing wanted'], complete: ['Rent'],
  }],
  ['R without recurrence goes by its target date', {
    budgets: { Rent: { type: 'R', funding: 'D', target: 800, target_date: '2026-04-01' } },
    events: ['2026-03-01 fund Rent 400.00'],
  }],
  ['R whose recurrences have ended goes by its target date', {
    budgets: { Rent: { type: 'R', funding: 'D', target: 800, target_date: '2026-04-01', recurrence: 'FREQ=MONTHLY;UNTIL=20260201' } },
    events: ['2026-03-01 fund Rent 400.00'],
  }],
  ['R with a fill-up spreads the gap of the fill-up', {
    budgets: {
      Rent: { type: 'R', funding: 'D', target: 800, balance: 800, fillup: 'Fill', schedule: TWICE, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=28', complete: true, floor: '2026-02-28' },
      Fill: { type: 'A', target: 800, balance: 200 },
    },
    events: [
      '2026-03-01 fund Rent 300.00',
      '2026-03-15 fund Rent 300.00',
      '2026-03-28 recur Rent nothing wanted',
    ],
    end: { Rent: '800.00', Fill: '800.00' }, complete: ['Rent', 'Fill'],
  }],
];

const recurrences: [string, Case][] = [
  ['without fill-up it only starts the next round', {
    budgets: { Rent: { type: 'R', schedule: '', target: 800, balance: 100, recurrence: MONTHLY_15, complete: true } },
    events: ['2026-03-15 recur Rent nothing wanted'], end: { Rent: '100.00' }, complete: [],
  }],
  ['a budget that still holds its target stays complete', {
    budgets: { Rent: { type: 'R', schedule: '', target: 800, balance: 800, recurrence: MONTHLY_15, complete: true } },
    events: ['2026-03-15 recur Rent nothing wanted'], complete: ['Rent'],
  }],
  ['the fill-up gives what is missing and keeps the surplus', {
    budgets: {
      Rent: { type: 'R', schedule: '', target: 800, balance: 50, recurrence: MONTHLY_15, fillup: 'Fill' },
      Fill: { type: 'A', target: 800, balance: 800, complete: true },
    },
    events: ['2026-03-15 recur Rent 750.00'], end: { Rent: '800.00', Fill: '50.00', Unallocated: '1000.00' }, complete: ['Rent'],
  }],
  ['a short fill-up gives what it has', {
    budgets: {
      Rent: { type: 'R', schedule: '', target: 800, balance: 50, recurrence: MONTHLY_15, fillup: 'Fill', complete: true },
      Fill: { type: 'A', target: 800, balance: 600 },
    },
    events: ['2026-03-15 recur Rent 600.00 of 750.00'], end: { Rent: '650.00', Fill: '0.00' }, complete: [],
    warnings: ['2026-03-15 Rent: wanted 750.00 USD, but its fill-up held 600.00 USD, which was moved.'],
  }],
  ['an empty fill-up gives nothing', {
    budgets: { Rent: { type: 'R', schedule: '', target: 800, recurrence: MONTHLY_15, fillup: 'Fill' }, Fill: { type: 'A', target: 800 } },
    events: ['2026-03-15 recur Rent nothing of 800.00'],
    warnings: ['2026-03-15 Rent: wanted 800.00 USD, but its fill-up held 0.00 USD, so nothing was moved.'],
  }],
  ['an overdrawn fill-up gives nothing', {
    budgets: {
      Rent: { type: 'R', schedule: '', target: 800, recurrence: MONTHLY_15, fillup: 'Fill' },
      Fill: { type: 'A', target: 800, balance: -10 },
    },
    events: [
      '2026-03-15 recur Rent nothing of 800.00',
    ],
    end: { Fill: '-10.00' }, warnings: ['2026-03-15 Rent: wanted 800.00 USD, but its fill-up held -10.00 USD, so nothing was moved.'],
  }],
  ['without target nothing moves', {
    budgets: { Rent: { type: 'R', schedule: '', recurrence: MONTHLY_15, fillup: 'Fill', balance: -30 }, Fill: { type: 'A', balance: 100 } },
    events: ['2026-03-15 recur Rent nothing wanted'], end: { Fill: '100.00' },
  }],
  ['a full budget leaves its fill-up alone', {
    budgets: {
      Rent: { type: 'R', schedule: '', target: 800, balance: 900, recurrence: MONTHLY_15, fillup: 'Fill' },
      Fill: { type: 'A', target: 800, balance: 100 },
    },
    events: ['2026-03-15 recur Rent nothing wanted'], end: { Rent: '900.00', Fill: '100.00' }, complete: ['Rent'],
  }],
  ['funding comes before recurrence on one day', {
    budgets: {
      Rent: { type: 'R', target: 800, amount: 800, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=1', fillup: 'Fill' },
      Fill: { type: 'A', target: 800 },
    },
    events: [
      '2026-03-01 fund Rent 800.00',
      '2026-03-01 recur Rent 800.00',
    ],
    end: { Rent: '800.00', Fill: '0.00', Unallocated: '200.00' }, complete: ['Rent'],
  }],
  ['other types do not recur', {
    budgets: { Bike: { schedule: '', recurrence: MONTHLY_15 }, Food: { type: 'C', schedule: '', recurrence: MONTHLY_15 } },
    events: [],
  }],
];

const shortages: [string, Case][] = [
  ['what is there is moved', {
    unallocated: 20, budgets: { Bike: { target: 500, amount: 50 } },
    events: [
      '2026-03-01 fund Bike 20.00 of 50.00',
    ],
    end: { Bike: '20.00', Unallocated: '0.00' }, warnings: ['2026-03-01 Bike: wanted 50.00 USD, but Unallocated held 20.00 USD, which was moved.'],
  }],
  ['nothing there', {
    unallocated: 0, budgets: { Bike: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Bike nothing of 50.00'],
    warnings: ['2026-03-01 Bike: wanted 50.00 USD, but Unallocated held 0.00 USD, so nothing was moved.'],
  }],
  ['less than nothing there', {
    unallocated: -5, budgets: { Bike: { target: 500, amount: 50 } },
    events: [
      '2026-03-01 fund Bike nothing of 50.00',
    ],
    end: { Unallocated: '-5.00' }, warnings: ['2026-03-01 Bike: wanted 50.00 USD, but Unallocated held -5.00 USD, so nothing was moved.'],
  }],
  ['the lower id comes first', {
    unallocated: 70, budgets: { Zoo: { target: 500, amount: 50 }, Art: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Art 50.00', '2026-03-01 fund Zoo 20.00 of 50.00'],
    warnings: ['2026-03-01 Zoo: wanted 50.00 USD, but Unallocated held 20.00 USD, which was moved.'],
  }],
  ['the earlier date comes first', {
    unallocated: 70, budgets: { Art: { target: 500, amount: 50, schedule: MONTHLY_15 }, Zoo: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Zoo 50.00', '2026-03-15 fund Art 20.00 of 50.00'],
    warnings: ['2026-03-15 Art: wanted 50.00 USD, but Unallocated held 20.00 USD, which was moved.'],
  }],
  ['who wants nothing is no shortage', {
    unallocated: -5, budgets: { Food: { type: 'C', target: 300, balance: 300, amount: 50 } },
    events: ['2026-03-01 fund Food nothing wanted'],
  }],
  ['what was missed at one date is part of the gap at the next', {
    unallocated: 60, today: '2026-04-30', budgets: { Bike: { funding: 'D', target: 200, target_date: '2026-04-01' } },
    events: ['2026-03-01 fund Bike 60.00 of 100.00', '2026-04-01 fund Bike nothing of 140.00'],
    warnings: [
      '2026-03-01 Bike: wanted 100.00 USD, but Unallocated held 60.00 USD, which was moved.',
      '2026-04-01 Bike: wanted 140.00 USD, but Unallocated held 0.00 USD, so nothing was moved.',
    ],
  }],
];

const times: [string, Case][] = [
  ['the floor itself is not an event', { budgets: { Bike: { target: 500, amount: 50, floor: '2026-03-01' } }, events: [] }],
  ['the day after the floor is', { budgets: { Bike: { target: 500, amount: 50, floor: '2026-02-28' } }, events: ['2026-03-01 fund Bike 50.00'] }],
  ['today is an event', { today: '2026-03-01', budgets: { Bike: { target: 500, amount: 50 } }, events: ['2026-03-01 fund Bike 50.00'] }],
  ['tomorrow is not, and nothing waits', { today: '2026-02-28', budgets: { Bike: { target: 500, amount: 50 } }, events: [] }],
  ['nothing imported: all waits', { imported: null, budgets: { Bike: { target: 500, amount: 50 } }, events: [], deferred: true }],
  ['nothing imported and nothing due: nothing waits', {
    imported: null, today: '2026-02-28', budgets: { Bike: { target: 500, amount: 50 } },
    events: [],
  }],
  ['imported through the day before: it waits', {
    imported: '2026-02-28', budgets: { Bike: { target: 500, amount: 50 } },
    events: [], deferred: true,
  }],
  ['imported through the day: it is processed', {
    imported: '2026-03-01', budgets: { Bike: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Bike 50.00'],
  }],
  ['the gate is for each event', {
    imported: '2026-03-10', budgets: { Bike: { target: 500, amount: 50, schedule: TWICE } },
    events: ['2026-03-01 fund Bike 50.00'], deferred: true,
  }],
  ['a later import does not run ahead of today', {
    imported: '2026-12-31', budgets: { Bike: { target: 500, amount: 50, schedule: TWICE } },
    events: ['2026-03-01 fund Bike 50.00', '2026-03-15 fund Bike 50.00'],
  }],
  ['a complete goal does not wait', { imported: null, budgets: { Bike: { target: 500, amount: 50, complete: true } }, events: [] }],
  ['years of missed dates are caught up', {
    unallocated: 100_000, today: '2029-03-31', budgets: { Bike: { amount: 50, schedule: 'FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1' } },
    events: ['2026-03-01 fund Bike 50.00', '2027-03-01 fund Bike 50.00', '2028-03-01 fund Bike 50.00', '2029-03-01 fund Bike 50.00'],
  }],
  ['a goal that is reached on the way has no more events', {
    today: '2026-06-30', budgets: { Bike: { target: 120, amount: 50 } },
    events: ['2026-03-01 fund Bike 50.00', '2026-04-01 fund Bike 50.00', '2026-05-01 fund Bike 20.00'], complete: ['Bike'],
  }],
  ['a goal that is reached on the way does not wait either', {
    today: '2026-06-30', imported: '2026-05-15', budgets: { Bike: { target: 120, amount: 50 } },
    events: ['2026-03-01 fund Bike 50.00', '2026-04-01 fund Bike 50.00', '2026-05-01 fund Bike 20.00'], complete: ['Bike'],
  }],
  ['paused: recorded as skipped', {
    budgets: { Rent: { type: 'R', target: 800, amount: 50, recurrence: MONTHLY_15, paused: true, balance: 0, complete: true } },
    events: ['2026-03-01 fund Rent paused', '2026-03-15 recur Rent paused'], skipped: ['Rent'], end: { Unallocated: '1000.00' }, complete: ['Rent'],
  }],
  ['paused with nothing due: not named', { today: '2026-02-28', budgets: { Bike: { target: 500, amount: 50, paused: true } }, events: [] }],
  ['paused beyond the gate: it waits', {
    imported: '2026-03-10', budgets: { Bike: { target: 500, amount: 50, paused: true, schedule: TWICE } },
    events: ['2026-03-01 fund Bike paused'], skipped: ['Bike'], deferred: true,
  }],
  ['archived: no events', { budgets: { Bike: { target: 500, amount: 50, archived: true } }, events: [] }],
  ['Unallocated: no events', {
    budgets: { Unallocated: { amount: 50, balance: 1000 }, Bike: { target: 500, amount: 50 } },
    events: ['2026-03-01 fund Bike 50.00'],
  }],
  ['no schedule: no events', { budgets: { Bike: { target: 500, amount: 50, schedule: '' } }, events: [] }],
  ['an explicit DTSTART is an event', {
    budgets: { Bike: { target: 500, amount: 50, schedule: 'DTSTART:20260303\nRRULE:FREQ=MONTHLY;BYMONTHDAY=20' } },
    events: ['2026-03-03 fund Bike 50.00', '2026-03-20 fund Bike 50.00'],
  }],
];

describe('a fixed amount', () => {
  test.each(fixedAmounts)('%s', check);
});
describe('a gap that is spread', () => {
  test.each(spreadAmounts)('%s', check);
});
describe('a recurrence', () => {
  test.each(recurrences)('%s', check);
});
describe('a shortage', () => {
  test.each(shortages)('%s', check);
});
describe('which dates are events', () => {
  test.each(times)('%s', check);
});

describe('a plan', () => {
  test('has one transfer for each event that moves money, effective on its date', () => {
    const plan = planAtOnce(
      inputOf({ budgets: { Rent: { type: 'R', target: 800, amount: 800, recurrence: MONTHLY_15, fillup: 'Fill' }, Fill: { type: 'A', target: 800 } } }),
    );
    expect(plan.transfers.map(({ sourceBudgetId, destinationBudgetId, amount, date }) => [sourceBudgetId, destinationBudgetId, amount.toFixed(2), date])).toEqual([
      ['Unallocated', 'Fill', '800.00', '2026-03-01'],
      ['Fill', 'Rent', '800.00', '2026-03-15'],
    ]);
    expect(plan.events.map(({ transfer }) => transfer)).toEqual(plan.transfers);
  });

  test('raises only the floors of processed dates', () => {
    const plan = planAtOnce(inputOf({ budgets: { Rent: { type: 'R', target: 800, amount: 10, schedule: TWICE, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=10' }, Idle: { amount: 5, schedule: '' } } }));
    expect(plan.budgetChanges.map(({ budgetId, fundingFloor, recurrenceFloor }) => [budgetId, fundingFloor, recurrenceFloor])).toEqual([['Rent', '2026-03-15', '2026-03-10']]);
  });

  test('is refused when a fill-up is missing', () => {
    expect(() => planAtOnce(inputOf({ budgets: { Rent: { type: 'R', amount: 10, fillup: 'Gone' } } }))).toThrow('Gone');
  });

  test('of 200 budgets and three years of missed weeks has all 31,400 events', () => {
    // Half of the budgets spread a gap to a far target date, so that counting dates again for each event would show.
    const budgets = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`Budget ${index}`, { funding: index % 2 ? 'D' : 'F', target: 100_000, amount: 10, target_date: '2040-01-01', schedule: WEEKLY, anchor: '2023-03-01', floor: '2023-03-30' } as const]),
    );
    const input = inputOf({ unallocated: 100_000_000, budgets });
    const plan = planAtOnce(input);
    expect(plan.events).toHaveLength(31_400);
    expect(planAtOnce(onDay(applyPlan(input, plan), calendarDate('2026-04-03'))).events).toHaveLength(200);
  });
});
