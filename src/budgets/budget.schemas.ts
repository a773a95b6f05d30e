import { z } from 'zod';

import { amount, calendarDate, DECIMAL_PATTERN, flag, sentCurrency, text, uuid, wire } from '../api/input/fields.ts';
import { filterBoolean, filterChoice, filterUuid, orderingParameter, searchParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { measuredText } from '../measured-text.ts';
import { issueText } from '../errors.ts';
import { MAXIMUM_SCHEDULE_LENGTH } from '../recurrence/schedule-text.ts';
import { autoSpend } from './auto-spend.ts';
import { BUDGET_TYPES, FUNDING_TYPES } from './budget-types.ts';

const budgetType = z.enum(BUDGET_TYPES).meta({ id: 'BudgetTypeEnum', description: 'G goal, R recurring, A fill-up of a recurring budget, C capped.' });
const fundingType = z.enum(FUNDING_TYPES).meta({ id: 'FundingTypeEnum', description: 'D: reach the target by a date. F: a fixed amount each time.' });

const scheduleTooLong = issueText({ code: 'schedule_too_long', params: { maximum: MAXIMUM_SCHEDULE_LENGTH } });
const schedule = measuredText(MAXIMUM_SCHEDULE_LENGTH, scheduleTooLong).nullable().optional().meta({ description: 'An RRULE (RFC 5545) of whole days; null or empty text for none.' });

const nonNegativeAmount = amount
  .refine((value) => !value.isNegative(), 'Ensure this value is greater than or equal to 0.')
  .meta({ override: { type: ['string', 'number'], format: 'decimal', pattern: DECIMAL_PATTERN }, description: 'At least 0.' });

/** How a client shows a budget. */
const color = text(6)
  .refine((value) => /^[0-9a-f]{6}$/i.test(value), 'Enter a color as six hex digits, such as 3b82f6.')
  .transform((value) => value.toLowerCase())
  .meta({ override: { type: 'string', pattern: '^[0-9a-fA-F]{6}$' }, description: 'Six hex digits.' });

const fields = {
  name: text(200, { blank: false }),
  bank_account: uuid,
  target_balance: nonNegativeAmount,
  target_balance_currency: sentCurrency.optional(),
  funding_amount: nonNegativeAmount.nullable().optional(),
  funding_amount_currency: sentCurrency.nullable().optional(),
  budget_type: budgetType.optional(),
  funding_type: fundingType.optional(),
  target_date: calendarDate.nullable().optional(),
  with_fillup_goal: flag.optional(),
  fillup_goal: z.unknown().optional().meta({ override: { type: ['string', 'null'], format: 'uuid', readOnly: true }, description: 'Ignored.' }),
  paused: flag.optional(),
  funding_schedule: schedule,
  recurrance_schedule: schedule,
  memo: text(512).nullable().optional(),
  auto_spend: autoSpend.optional(),
  color: color.nullable().optional(),
};

export const budgetRequest = z.object(fields).meta({
  id: 'BudgetRequest',
  examples: [
    {
      name: 'Summer vacation',
      bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
      target_balance: '1800.00',
      target_date: '2027-06-15',
      funding_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1',
    },
  ],
});

export const patchedBudgetRequest = z.object(fields).partial().meta({ id: 'PatchedBudgetRequest', examples: [{ paused: true }] });

const nextFunding = z
  .object({
    date: wire.date,
    amount: wire.money,
    amount_currency: wire.currency,
    deferred: z.boolean().meta({ description: 'True while the imported transactions do not reach the date.' }),
  })
  .nullable()
  .meta({ description: 'The earliest funding that is not processed yet; null when there is none.' });

export const budget = z
  .object({
    id: wire.uuid,
    name: z.string(),
    bank_account: wire.uuid,
    balance: wire.money,
    balance_currency: wire.currency,
    target_balance: wire.money,
    target_balance_currency: wire.currency,
    funding_amount: wire.money.nullable(),
    funding_amount_currency: wire.currency.nullable(),
    budget_type: budgetType,
    funding_type: fundingType,
    target_date: wire.date.nullable(),
    with_fillup_goal: z.boolean(),
    fillup_goal: wire.uuid.nullable(),
    archived: z.boolean(),
    archived_at: wire.instant.nullable(),
    complete: z.boolean(),
    paused: z.boolean(),
    funding_schedule: z.string(),
    recurrance_schedule: z.string().nullable(),
    memo: z.string().nullable(),
    auto_spend: z.unknown(),
    color: z.string().nullable(),
    next_funding: nextFunding,
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'Budget',
    description: 'An envelope of one bank account.',
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000003',
        name: 'Summer vacation',
        bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        balance: '450.00',
        balance_currency: 'USD',
        target_balance: '1800.00',
        target_balance_currency: 'USD',
        funding_amount: null,
        funding_amount_currency: 'USD',
        budget_type: 'G',
        funding_type: 'D',
        target_date: '2027-06-15',
        with_fillup_goal: false,
        fillup_goal: null,
        archived: false,
        archived_at: null,
        complete: false,
        paused: false,
        funding_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1',
        recurrance_schedule: null,
        memo: null,
        auto_spend: null,
        color: '3b82f6',
        next_funding: { date: '2026-12-01', amount: '192.86', amount_currency: 'USD', deferred: true },
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type BudgetResponse = z.output<typeof budget>;

export const budgetList = listOf(budget).meta({ id: 'PaginatedBudgetList' });

export const budgetFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid.describe('Only those of this bank account.'),
  budget_type: filterChoice(BUDGET_TYPES).describe('Only budgets of this type.'),
  archived: filterBoolean.describe('Only archived budgets, or only those that are not.'),
  paused: filterBoolean.describe('Only paused budgets, or only those that are not.'),
  search: searchParameter,
  ordering: orderingParameter,
});
