import { statement, type Database } from '../db/database.ts';
import { inTransaction, type Tx } from '../db/transaction.ts';
import type { AccountTable } from './lock-bank-account.ts';

/** Who changes something, and what: something in an account, or something that belongs to none. */
export interface Change {
  userId: number;
  /** The account whose lock the change takes, where it is known. */
  bankAccountId?: string;
  /** What else tells the account: a row that belongs to it. */
  rowOf?: { table: AccountTable; id: string };
}

const findAccountOf = {
  transactions: findThrough('transactions'),
  budgets: findThrough('budgets'),
  budget_entries: findThrough('budget_entries'),
};

function findThrough(table: AccountTable): ReturnType<typeof statement<{ id: string }>> {
  return statement<{ id: string }>(`SELECT bank_account_id AS id FROM ${table} WHERE id = $1`);
}

/**
 * Makes a user's change in one database transaction, as `inTransaction` does, when it is its turn: while other changes of
 * the account are under way it waits in memory, not on a connection. Every change that a request makes goes through here.
 * @throws AppError `unavailable`, with nothing begun, when too many changes wait already or the wait took too long; and as
 *   `inTransaction` does
 */
export function inTurn<Result>(db: Database, { userId, bankAccountId, rowOf }: Change, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const account = rowOf ? async () => (await db.row(findAccountOf[rowOf.table], [rowOf.id]))?.id : bankAccountId;
  return db.changes.run(userId, account, () => inTransaction(db, work));
}
