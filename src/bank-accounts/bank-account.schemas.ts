import { z } from 'zod';

import { amount, calendarDate, currencyCode, flag, sentCurrency, text, uuid, wire } from '../api/input/fields.ts';
import { filterChoice, orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { ACCOUNT_TYPES } from './account-types.ts';

const MINIMUM_ALIAS_CHARACTERS = 3;
export const MAXIMUM_ALIAS_CHARACTERS = 100;

const accountType = z.enum(ACCOUNT_TYPES).meta({ id: 'AccountTypeEnum', description: 'C checking, S savings, X credit card.' });

const linkAlias = text(MAXIMUM_ALIAS_CHARACTERS, { blank: false })
  .refine((value) => Array.from(value.slice(0, 2 * MINIMUM_ALIAS_CHARACTERS)).length >= MINIMUM_ALIAS_CHARACTERS, `Ensure each element has at least ${MINIMUM_ALIAS_CHARACTERS} characters.`)
  .meta({ minLength: MINIMUM_ALIAS_CHARACTERS });

// How many there may be is configured: `aliasesIssue` says.
const linkAliases = z.array(linkAlias).meta({
  description: 'Other names by which descriptions of transactions on other accounts mean this one: at most 20, unless the server is configured otherwise (`MIBUDGE_MAX_ALIASES`).',
});

const fields = {
  name: text(200, { blank: false }),
  bank: uuid,
  account_type: accountType.optional(),
  account_number: text(32).nullable().optional().meta({ description: 'Encrypted at rest. Null or empty text clears it.' }),
  currency: currencyCode.optional(),
  posted_balance: amount.optional(),
  posted_balance_currency: sentCurrency.optional(),
  available_balance: amount.optional(),
  available_balance_currency: sentCurrency.optional(),
  link_aliases: linkAliases.optional(),
};

export const bankAccountRequest = z.object(fields).meta({
  id: 'BankAccountRequest',
  examples: [{ name: 'Everyday checking', bank: '0199f3a0-5c1e-7000-8000-000000000009', account_type: 'C', account_number: '000123451234', posted_balance: '1250.00' }],
});

export const patchedBankAccountRequest = z.object(fields).partial().meta({ id: 'PatchedBankAccountRequest', examples: [{ name: 'Joint checking' }] });

export const bankAccount = z
  .object({
    id: wire.uuid,
    name: z.string(),
    bank: wire.uuid,
    owners: z.array(z.string()),
    account_type: accountType,
    account_number: z.string().nullable(),
    currency: wire.currency,
    posted_balance: wire.money,
    posted_balance_currency: wire.currency,
    available_balance: wire.money,
    available_balance_currency: wire.currency,
    link_aliases: z.array(z.string()),
    unallocated_budget: wire.uuid.nullable(),
    last_imported_at: wire.instant.nullable(),
    last_posted_through: wire.date.nullable(),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'BankAccount',
    description: 'An account at a bank; its money is divided into budgets.',
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000001',
        name: 'Everyday checking',
        bank: '0199f3a0-5c1e-7000-8000-000000000009',
        owners: ['alice'],
        account_type: 'C',
        account_number: '000123451234',
        currency: 'USD',
        posted_balance: '1250.00',
        posted_balance_currency: 'USD',
        available_balance: '1207.83',
        available_balance_currency: 'USD',
        link_aliases: ['ALICE CHECKING'],
        unallocated_budget: '0199f3a0-5c1e-7000-8000-000000000002',
        last_imported_at: '2026-11-20T08:00:00.000Z',
        last_posted_through: '2026-11-19',
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type BankAccountResponse = z.output<typeof bankAccount>;

export const bankAccountList = listOf(bankAccount).meta({ id: 'PaginatedBankAccountList' });

export const bankAccountFilters = z.object({
  ...pageParameters,
  account_type: filterChoice(ACCOUNT_TYPES).describe('Only accounts of this type.'),
  ordering: orderingParameter,
});

export const markImportedRequest = z
  .object({
    last_posted_through: calendarDate.meta({ description: 'Through this day every posted transaction has been imported.' }),
    lower: flag.optional().describe('Moves the day back, too, as after a mistyped year. What has been funded stays.'),
  })
  .meta({ id: 'MarkImportedRequest', examples: [{ last_posted_through: '2026-11-20' }] });
