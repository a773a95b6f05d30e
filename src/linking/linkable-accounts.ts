import { readAccountNumber } from '../bank-accounts/account-number.ts';
import { statement, type Queryable } from '../db/database.ts';
import { FieldDecryptionError, type FieldEncryption } from '../security/field-encryption.ts';
import { accountPattern } from './account-pattern.ts';

/** Two accounts that share an owner and a currency, and how descriptions point at each of them. */
export interface LinkableAccounts {
  accountIds: string[];
  partnerIds: string[];
  accountPatterns: (string | null)[];
  partnerPatterns: (string | null)[];
}

const findPairs = statement<{ account: string; partner: string }>(`
WITH near AS (
  SELECT $1::uuid AS id
  UNION
  SELECT p.bank_account_id FROM bank_account_owners o JOIN bank_account_owners p ON p.user_id = o.user_id WHERE o.bank_account_id = $1
)
SELECT DISTINCT o.bank_account_id AS account, p.bank_account_id AS partner
FROM near JOIN bank_account_owners o ON o.bank_account_id = near.id
JOIN bank_account_owners p ON p.user_id = o.user_id AND p.bank_account_id <> o.bank_account_id
JOIN bank_accounts a ON a.id = o.bank_account_id JOIN bank_accounts b ON b.id = p.bank_account_id AND b.currency = a.currency`);

const findNames = statement<{ id: string; name: string; link_aliases: string[]; account_number_encrypted: string | null }>(
  'SELECT id, name, link_aliases, account_number_encrypted FROM bank_accounts WHERE id = ANY($1::uuid[])',
);

/**
 * Finds the accounts whose transactions may mirror those of one account, and the accounts that may mirror theirs in
 * turn: each of two linked transactions must be the other's only match.
 * @returns pairs of accounts, in both directions, as columns for `unnest`
 */
export async function linkableAccounts(db: Queryable, encryption: FieldEncryption, bankAccountId: string): Promise<LinkableAccounts> {
  const pairs = await db.rows(findPairs, [bankAccountId]);
  const accounts = await db.rows(findNames, [[...new Set(pairs.map((pair) => pair.account).concat(pairs.map((pair) => pair.partner)))]]);
  const patterns = new Map(
    accounts.map((row) => [row.id, accountPattern([row.name, ...row.link_aliases], legibleNumber(row, encryption))]),
  );
  return {
    accountIds: pairs.map((pair) => pair.account),
    partnerIds: pairs.map((pair) => pair.partner),
    accountPatterns: pairs.map((pair) => patterns.get(pair.account) ?? null),
    partnerPatterns: pairs.map((pair) => patterns.get(pair.partner) ?? null),
  };
}

/** An account whose number cannot be read, because its key is gone, is still found by its names. */
function legibleNumber(row: { id: string; account_number_encrypted: string | null }, encryption: FieldEncryption): string | null {
  try {
    return readAccountNumber(row, encryption);
  } catch (error) {
    if (error instanceof FieldDecryptionError) return null;
    throw error;
  }
}
