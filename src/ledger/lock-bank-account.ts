import { isVisibleSql, ownershipParameters } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { Decimal } from '../money.ts';
import { query, type Queryable } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';

/**
 * A bank account whose row this transaction holds locked until it ends. Everything that changes a balance of the
 * account takes one, and only the functions below make one, so that "lock, then read, then compute, then write"
 * is checked by the compiler. The balances are those at the time of the lock.
 */
class Locked {
  /** The private field makes the type nominal. */
  readonly #locked = true;
  readonly id: string;
  readonly name: string;
  readonly currency: string;
  readonly unallocatedBudgetId: string;
  readonly openingPosted: Decimal;
  readonly openingAvailable: Decimal;
  readonly postedBalance: Decimal;
  readonly availableBalance: Decimal;
  /** The last day that imports have reported, `YYYY-MM-DD`; funding does not go beyond it. */
  readonly lastPostedThrough: string | null;

  constructor(row: AccountRow) {
    this.id = row.id;
    this.name = row.name;
    this.currency = row.currency;
    this.unallocatedBudgetId = row.unallocated_budget_id;
    this.openingPosted = new Decimal(row.opening_posted);
    this.openingAvailable = new Decimal(row.opening_available);
    this.postedBalance = new Decimal(row.posted_balance);
    this.availableBalance = new Decimal(row.available_balance);
    this.lastPostedThrough = row.last_posted_through;
  }

  get isLocked(): boolean {
    return this.#locked;
  }
}

export type LockedBankAccount = Locked;

interface AccountRow {
  id: string;
  name: string;
  currency: string;
  unallocated_budget_id: string;
  opening_posted: string;
  opening_available: string;
  posted_balance: string;
  available_balance: string;
  last_posted_through: string | null;
}

// After waiting for the lock Postgres re-reads the locked row, but not the rows joined to it: so nothing that can
// change is joined here. Which budget is Unallocated never changes.
const COLUMNS = `a.id, a.name, a.currency, a.opening_posted, a.opening_available, a.posted_balance, a.available_balance,
  a.last_posted_through, (SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id AND b.is_unallocated) AS unallocated_budget_id`;
const VISIBLE = isVisibleSql('a.id', 2);

const lockQuery = query<AccountRow>(`SELECT ${COLUMNS} FROM bank_accounts a WHERE a.id = $1 FOR UPDATE OF a`);

const lockIdleQuery = query<{ id: string }>('SELECT id FROM bank_accounts WHERE id = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED');
const lockVisibleQuery = query<AccountRow>(`SELECT ${COLUMNS} FROM bank_accounts a WHERE a.id = $1 AND ${VISIBLE} FOR UPDATE OF a`);

/** The tables whose rows belong to one account for ever. */
export type AccountTable = 'transactions' | 'budgets' | 'budget_entries';

const findAccountQueries = {
  transactions: findAccountThrough('transactions'),
  budgets: findAccountThrough('budgets'),
  budget_entries: findAccountThrough('budget_entries'),
};

function findAccountThrough(table: AccountTable): ReturnType<typeof query<{ id: string }>> {
  return query<{ id: string }>(`SELECT bank_account_id AS id FROM ${table} WHERE id = $1`);
}

/** @returns the id of the account that a transaction, budget or entry belongs to, whoever owns it; undefined when there is none */
export async function findBankAccountIdOf(db: Queryable, table: AccountTable, id: string): Promise<string | undefined> {
  return (await db.row(findAccountQueries[table], [id]))?.id;
}

const lockVisibleThroughQueries = {
  transactions: lockVisibleThrough('transactions'),
  budgets: lockVisibleThrough('budgets'),
  budget_entries: lockVisibleThrough('budget_entries'),
};

function lockVisibleThrough(table: AccountTable): ReturnType<typeof query<AccountRow>> {
  return query<AccountRow>(
    `SELECT ${COLUMNS} FROM bank_accounts a WHERE a.id = (SELECT t.bank_account_id FROM ${table} t WHERE t.id = $1) AND ${VISIBLE} FOR UPDATE OF a`,
  );
}

/**
 * Locks a bank account, whoever owns it, waiting for whoever holds it.
 * @returns undefined when there is no such account
 */
export async function lockBankAccount(tx: Tx, bankAccountId: string): Promise<LockedBankAccount | undefined> {
  const row = await tx.row(lockQuery, [bankAccountId]);
  return row && new Locked(row);
}

/**
 * Locks a bank account for a principal, waiting for whoever holds it.
 * @returns undefined when there is no such account, or the principal does not see it
 */
export async function lockVisibleBankAccount(tx: Tx, principal: Principal, bankAccountId: string): Promise<LockedBankAccount | undefined> {
  const row = await tx.row(lockVisibleQuery, [bankAccountId, ...ownershipParameters(principal)]);
  return row && new Locked(row);
}

/**
 * Locks the account that a transaction, budget or entry belongs to. The object itself must be read after this: whoever held
 * the lock may have deleted it.
 * @returns undefined when there is no such object, or the principal does not see its account
 */
export async function lockVisibleBankAccountOf(
  tx: Tx,
  principal: Principal,
  table: keyof typeof lockVisibleThroughQueries,
  id: string,
): Promise<LockedBankAccount | undefined> {
  const row = await tx.row(lockVisibleThroughQueries[table], [id, ...ownershipParameters(principal)]);
  return row && new Locked(row);
}

/**
 * Locks two accounts in the order of their ids, which is what keeps two such transactions from waiting for each other.
 * @returns those that exist, by id
 */
export async function lockTwoBankAccounts(tx: Tx, first: string, second: string): Promise<Map<string, LockedBankAccount>> {
  const locked = new Map<string, LockedBankAccount>();
  for (const id of [first, second].sort()) {
    const account = await lockBankAccount(tx, id);
    if (account) locked.set(id, account);
  }
  return locked;
}

/**
 * Locks those of some accounts that nobody holds. It never waits, so that holding many of them cannot end in a circle.
 * @returns their ids
 */
export async function lockIdleBankAccounts(tx: Tx, bankAccountIds: readonly string[]): Promise<string[]> {
  return (await tx.rows(lockIdleQuery, [bankAccountIds])).map(({ id }) => id);
}
