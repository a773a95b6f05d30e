import { v7 as uuidv7 } from 'uuid';

import { isCurrency } from '../currencies.ts';
import type { Database } from '../db/database.ts';
import { issueOf, refuse } from '../errors.ts';
import { hasAtMostCharacters } from '../measured-text.ts';
import { bankRow, type BankRow } from './bank.queries.ts';

const MAXIMUM_NAME_CHARACTERS = 200;

/** A bank, as the command line describes it. */
export interface BankDraft {
  name: string;
  /** The nine digits that banks in the USA have (ABA), or what other countries use. */
  routingNumber?: string | undefined;
  /** Currency of accounts that name none; ISO 4217, USD by default. */
  defaultCurrency?: string | undefined;
}

/**
 * Creates a bank that all users share.
 * @throws InvalidInput for a name that is blank or too long, a routing number that is none, or an unknown currency
 */
export async function createBank(db: Database, draft: BankDraft): Promise<BankRow> {
  const name = draft.name.trim();
  const currency = (draft.defaultCurrency ?? 'USD').toUpperCase();
  const isRoutingNumber = draft.routingNumber === undefined || /^[A-Za-z0-9-]{1,34}$/.test(draft.routingNumber);
  refuse([
    name === '' || name.includes('\0') ? issueOf('name', 'blank') : undefined,
    hasAtMostCharacters(name, MAXIMUM_NAME_CHARACTERS) ? undefined : issueOf('name', 'too_many_characters', { maximum: MAXIMUM_NAME_CHARACTERS }),
    isRoutingNumber ? undefined : issueOf('routingNumber', 'not_a_routing_number'),
    isCurrency(currency) ? undefined : issueOf('defaultCurrency', 'unknown_currency', { code: currency.slice(0, 20) }),
  ]);
  return bankRow(await db.prisma.bank.create({ data: { id: uuidv7(), name, routingNumber: draft.routingNumber ?? null, defaultCurrency: currency } }));
}
