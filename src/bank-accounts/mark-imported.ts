import type { Principal } from '../auth/principal.ts';
import { calendarDate, type CalendarDate } from '../dates.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';
import { findBankAccount, type BankAccountRow } from './bank-account.queries.ts';

const updateQuery = query<object>('UPDATE bank_accounts SET last_imported_at = $2, last_posted_through = $3, modified_at = $2 WHERE id = $1');

/** What a user says about an import. */
export interface ImportReport {
  /** Of this bank account, by its id. */
  readonly bankAccount: string;
  /** The day through which all posted transactions are there. */
  readonly lastPostedThrough: CalendarDate;
  /** Lets an earlier day than known count, so that a mistyped year does not open the gate of funding for good. */
  readonly lower: boolean;
}

/**
 * Notes that an import has ended, and enqueues the account's funding with the same commit. An earlier day than known changes
 * nothing, unless it is to be lowered, which is logged; what has been funded stays either way.
 * @returns the account afterwards
 * @throws AppError `not_found` when the principal sees no such account
 */
export async function markImported(tx: Tx, principal: Principal, { bankAccount: id, lastPostedThrough, lower }: ImportReport, now: Date): Promise<BankAccountRow> {
  const account = await lockVisibleBankAccount(tx, principal, id);
  if (!account) throw new AppError('not_found');
  const known = account.lastPostedThrough === null ? null : calendarDate(account.lastPostedThrough);
  const isEarlier = known !== null && lastPostedThrough < known;
  await tx.rows(updateQuery, [id, now, isEarlier && !lower ? known : lastPostedThrough]);
  await enqueueForAccount(tx, JOBS.fundAccount, id);
  if (isEarlier && lower) {
    const facts = { bankAccount: id, userId: principal.userId, from: known, to: lastPostedThrough };
    tx.afterCommit({ kind: 'audited', audit: 'last_posted_through_lowered', text: 'last_posted_through was moved back', facts });
  }
  const row = await findBankAccount(tx, principal, id);
  if (!row) throw new AppError('not_found');
  return row;
}
