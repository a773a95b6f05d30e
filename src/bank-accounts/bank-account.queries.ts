import { isVisibleSql, ownershipParameters, visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import type { InstantText } from '../dates.ts';
import { query, type Database, type Queryable, type Query } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import type { AccountType } from './account-types.ts';

/** An account as the answers need it. */
export interface BankAccountRow {
  id: string;
  name: string;
  bank_id: string;
  /** Usernames, by standing. */
  owners: string[];
  account_type: AccountType;
  account_number_encrypted: string | null;
  currency: string;
  posted_balance: string;
  available_balance: string;
  link_aliases: string[];
  unallocated_budget_id: string | null;
  last_imported_at: InstantText | null;
  last_posted_through: string | null;
  created_at: InstantText;
  modified_at: InstantText;
}

const COLUMNS = `a.id, a.name, a.bank_id, a.account_type, a.account_number_encrypted, a.currency, a.posted_balance, a.available_balance,
  a.link_aliases, a.last_imported_at, a.last_posted_through, a.created_at, a.modified_at,
  ARRAY(SELECT u.username FROM bank_account_owners w JOIN users u ON u.id = w.user_id WHERE w.bank_account_id = a.id ORDER BY w.sequence) AS owners,
  (SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id AND b.is_unallocated) AS unallocated_budget_id`;

const findQuery = query<BankAccountRow>(
  `SELECT ${COLUMNS} FROM bank_accounts a WHERE a.id = $1 AND ${isVisibleSql('a.id', 2)}`,
);

/** @returns undefined when there is no such account, or the principal does not see it */
export async function findBankAccount(db: Queryable, principal: Principal, id: string): Promise<BankAccountRow | undefined> {
  return db.row(findQuery, [id, ...ownershipParameters(principal)]);
}

const isVisibleQuery = query<object>(`SELECT FROM bank_accounts a WHERE a.id = $1 AND ${isVisibleSql('a.id', 2)}`);

/** Says whether the principal sees an account with this id. */
export async function isBankAccountVisible(db: Queryable, principal: Principal, id: string): Promise<boolean> {
  return (await db.row(isVisibleQuery, [id, ...ownershipParameters(principal)])) !== undefined;
}

export interface BankAccountFilters {
  accountType?: AccountType | undefined;
  ordering?: string | undefined;
}

const ORDER_COLUMNS = { name: 'a.name COLLATE "C"', created_at: 'a.created_at' };

/** The accounts that a principal sees, by name unless another order is asked for. */
export function listBankAccounts(db: Database, principal: Principal, filters: BankAccountFilters): PageSource<BankAccountRow> {
  const conditions = new Conditions();
  const owned = visibleOwners(conditions, principal);
  conditions.add(filters.accountType, (value) => `a.account_type = ${value}`);
  const from = `FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE ${owned}${conditions.and}`;
  const countSql: Query<{ count: string }> = query(`SELECT count(*) AS count ${from}`);
  return {
    count: async () => Number((await db.row(countSql, conditions.parameters))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(filters.ordering, ORDER_COLUMNS, 'a.name COLLATE "C", a.id', 'a.id'), (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      return db.rows(
        query<BankAccountRow>(`SELECT ${COLUMNS} ${from} ORDER BY ${order} LIMIT $${parameters.length - 1} OFFSET $${parameters.length}`),
        parameters,
      );
    }),
  };
}
