import { query, type Queryable } from '../db/database.ts';
import { formatMoney } from '../money.ts';
import type { AccountType } from './account-types.ts';

/** A bank account as administrators see it: without its number. */
export interface BankAccountSummary {
  id: string;
  name: string;
  bank: string;
  account_type: AccountType;
  /** Usernames, by standing. */
  owners: string[];
  currency: string;
  posted_balance: string;
  available_balance: string;
  /** `YYYY-MM-DD`, or null before the first import. */
  last_posted_through: string | null;
}

const findAll = query<BankAccountSummary>(`SELECT a.id, a.name, b.name AS bank, a.account_type,
  ARRAY(SELECT u.username FROM bank_account_owners o JOIN users u ON u.id = o.user_id WHERE o.bank_account_id = a.id ORDER BY o.sequence) AS owners,
  a.currency, a.posted_balance, a.available_balance, a.last_posted_through
  FROM bank_accounts a JOIN banks b ON b.id = a.bank_id ORDER BY a.name COLLATE "C", a.id`);

/** @returns the bank accounts of all users, by name */
export async function allBankAccounts(db: Queryable): Promise<BankAccountSummary[]> {
  return (await db.rows(findAll)).map((row) => ({
    ...row,
    posted_balance: formatMoney(row.posted_balance, row.currency),
    available_balance: formatMoney(row.available_balance, row.currency),
  }));
}
