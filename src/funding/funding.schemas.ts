import { z } from 'zod';

import { calendarDate, wire } from '../api/input/fields.ts';
import { filterChoice, filterUuid, orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { EVENTS_PER_ROUND } from './plan.ts';

const KINDS = ['fund', 'recur'] as const;

export const runFundingRequest = z
  .object({ as_of: calendarDate.nullable().optional().describe('The date to fund through. It may lie in the future, at most two years ahead; the gate still holds.') })
  .meta({ id: 'RunFundingRequest', examples: [{ as_of: '2026-11-30' }] });

const eventFields = {
  budget: wire.uuid,
  kind: z.enum(KINDS),
  date: wire.date,
  wanted: wire.money,
  moved: wire.money,
  internal_transaction: wire.uuid.nullable(),
};

export const fundingReport = z
  .object({
    account: wire.uuid,
    as_of: wire.date,
    deferred: z.boolean().describe('Events dated on or before `as_of` wait for the next import.'),
    has_more: z.boolean().describe(`More than ${EVENTS_PER_ROUND} events were due: the rest is processed in the background.`),
    transfers: z.int().describe('How many transfers were made.'),
    warnings: z.array(z.string()),
    skipped_budgets: z.array(z.string()).describe('Names of the paused budgets whose events were skipped.'),
    events: z.array(z.object(eventFields)),
  })
  .meta({
    id: 'FundingReport',
    description: 'What a funding run did.',
    examples: [
      {
        account: '0199f3a0-5c1e-7000-8000-000000000001',
        as_of: '2026-11-20',
        deferred: false,
        has_more: false,
        transfers: 1,
        warnings: [],
        skipped_budgets: [],
        events: [
          { budget: '0199f3a0-5c1e-7000-8000-000000000003', kind: 'fund', date: '2026-11-01', wanted: '192.86', moved: '192.86', internal_transaction: '0199f3a0-5c1e-7000-8000-000000000006' },
        ],
      },
    ],
  });

export const fundingEvent = z
  .object({
    id: wire.uuid,
    bank_account: wire.uuid,
    ...eventFields,
    wanted_currency: wire.currency,
    moved_currency: wire.currency,
    skipped: z.boolean().describe('The budget was paused on that date.'),
    warning: z.string().nullable(),
    created_at: wire.instant,
  })
  .meta({
    id: 'FundingEvent',
    description: "A date of a budget's calendar that the funding engine has processed.",
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000007',
        bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        budget: '0199f3a0-5c1e-7000-8000-000000000003',
        kind: 'fund',
        date: '2026-11-01',
        wanted: '192.86',
        moved: '192.86',
        internal_transaction: '0199f3a0-5c1e-7000-8000-000000000006',
        wanted_currency: 'USD',
        moved_currency: 'USD',
        skipped: false,
        warning: null,
        created_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type FundingEventResponse = z.output<typeof fundingEvent>;

export const fundingEventList = listOf(fundingEvent).meta({ id: 'PaginatedFundingEventList' });

const filterDate = z
  .union([z.literal('').transform(() => undefined), calendarDate], 'Enter a valid date.')
  .optional()
  .meta({ override: { type: 'string', format: 'date' } });

export const fundingEventFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid.describe('Only events in this bank account.'),
  budget: filterUuid.describe('Only events of this budget.'),
  kind: filterChoice(KINDS).describe('Only fundings, or only recurrences.'),
  date_from: filterDate.describe('Only events of this day and later.'),
  date_to: filterDate.describe('Only events of this day and earlier.'),
  ordering: orderingParameter,
});

export const forecastQuery = z.object({
  until: filterDate.describe(`The last date, at most two years ahead, and with at most ${EVENTS_PER_ROUND} events until then; without it, three months ahead.`),
});

const forecastBalance = z.object({ budget: wire.uuid, balance: wire.money });

export const fundingForecast = z
  .object({
    account: wire.uuid,
    currency: wire.currency,
    until: wire.date,
    events: z.array(
      z.object({
        budget: wire.uuid,
        kind: z.enum(KINDS),
        date: wire.date,
        wanted: wire.money,
        moved: wire.money,
        balances: z.array(forecastBalance).describe('What the two budgets between which money moved hold after it.'),
      }),
    ),
    balances: z.array(forecastBalance).describe('What every budget, Unallocated included, holds at the end.'),
    warnings: z.array(z.string()),
  })
  .meta({
    id: 'FundingForecast',
    description: 'The coming funding events, if nothing else happens.',
    examples: [
      {
        account: '0199f3a0-5c1e-7000-8000-000000000001',
        currency: 'USD',
        until: '2026-12-31',
        events: [
          {
            budget: '0199f3a0-5c1e-7000-8000-000000000003',
            kind: 'fund',
            date: '2026-12-01',
            wanted: '192.86',
            moved: '192.86',
            balances: [
              { budget: '0199f3a0-5c1e-7000-8000-000000000002', balance: '564.97' },
              { budget: '0199f3a0-5c1e-7000-8000-000000000003', balance: '642.86' },
            ],
          },
        ],
        balances: [
          { budget: '0199f3a0-5c1e-7000-8000-000000000002', balance: '564.97' },
          { budget: '0199f3a0-5c1e-7000-8000-000000000003', balance: '642.86' },
        ],
        warnings: [],
      },
    ],
  });

export type FundingForecastAnswer = z.output<typeof fundingForecast>;

export const fundingSummary = z
  .object({
    schedules: z.array(
      z.object({
        schedule: z.string(),
        next_date: wire.date,
        total_amount: wire.money,
        currency: wire.currency,
        budget_count: z.int(),
      }),
    ),
    total_amount: wire.money,
    currency: wire.currency,
  })
  .meta({
    id: 'FundingSummary',
    description: "What the account's budgets get at their next funding dates, by schedule.",
    examples: [
      {
        schedules: [{ schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1', next_date: '2026-12-01', total_amount: '257.14', currency: 'USD', budget_count: 1 }],
        total_amount: '257.14',
        currency: 'USD',
      },
    ],
  });

export type FundingSummaryResponse = z.output<typeof fundingSummary>;
