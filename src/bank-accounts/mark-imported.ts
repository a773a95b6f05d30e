import { calendarDate, type CalendarDate, type Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';

const updateStatement = statement<object>('UPDATE bank_accounts SET last_imported_at = $2, last_posted_through = $3, modified_at = $2 WHERE id = $1');

/** What a user says about an import. */
export interface ImportReport {
  /** The day through which all posted transactions are there. */
  readonly lastPostedThrough: CalendarDate;
  /** Lets an earlier day than known count, so that a mistyped year does not open the gate of funding for good. */
  readonly lower: boolean;
}

/**
 * Notes that an import has ended, and enqueues the account's funding with the same commit. An earlier day than known changes
 * nothing, unless it is to be lowered, which is logged; what has been funded stays either way.
 * @throws AppError `not_found` when the user owns no such account
 */
export async function markImported(tx: Tx, id: string, { lastPostedThrough, lower }: ImportReport, userId: number, clock: Clock): Promise<void> {
  const account = await lockBankAccount(tx, id, userId);
  if (!account) throw new AppError('not_found');
  const known = account.lastPostedThrough === null ? null : calendarDate(account.lastPostedThrough);
  const isEarlier = known !== null && lastPostedThrough < known;
  await tx.rows(updateStatement, [id, clock.now(), isEarlier && !lower ? known : lastPostedThrough]);
  await enqueueForAccount(tx, JOBS.fundAccount, id);
  if (isEarlier && lower) {
    const facts = { bankAccount: id, userId, from: known, to: lastPostedThrough };
    tx.afterCommit({ kind: 'audited', audit: 'last_posted_through_lowered', text: 'last_posted_through was moved back', facts });
  }
}
