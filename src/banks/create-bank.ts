import { v7 as uuidv7 } from 'uuid';

import { isCurrency } from '../currencies.ts';
import type { Database } from '../db/database.ts';
import type { Bank } from '../db/generated/client.ts';
import { FieldError } from '../errors.ts';
import { hasAtMostCharacters, tooManyCharacters } from '../measured-text.ts';

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
 * @throws FieldError for a name that is blank or too long, a routing number that is none, or an unknown currency
 */
export async function createBank(db: Database, draft: BankDraft): Promise<Bank> {
  const name = draft.name.trim();
  const currency = (draft.defaultCurrency ?? 'USD').toUpperCase();
  if (name === '' || name.includes('\0')) throw FieldError.of('name', 'This field may not be blank.');
  if (!hasAtMostCharacters(name, MAXIMUM_NAME_CHARACTERS)) throw FieldError.of('name', tooManyCharacters(MAXIMUM_NAME_CHARACTERS));
  if (draft.routingNumber !== undefined && !/^[A-Za-z0-9-]{1,34}$/.test(draft.routingNumber)) {
    throw FieldError.of('routing_number', 'Enter up to 34 letters, digits and hyphens.');
  }
  if (!isCurrency(currency)) throw FieldError.of('default_currency', `"${currency.slice(0, 20)}" is not the code of a currency, such as USD.`);
  return db.prisma.bank.create({ data: { id: uuidv7(), name, routingNumber: draft.routingNumber ?? null, defaultCurrency: currency } });
}
