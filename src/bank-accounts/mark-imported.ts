import type { CalendarDate, Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';

const updateStatement = statement<object>(
  'UPDATE bank_accounts SET last_imported_at = $2, last_posted_through = greatest(last_posted_through, $3::date), modified_at = $2 WHERE id = $1',
);

/**
 * Notes that an import has ended, and enqueues the account's funding with the same commit.
 * @param lastPostedThrough the day through which all posted transactions are there; an earlier one than known changes nothing
 * @throws AppError `not_found` when the user owns no such account
 */
export async function markImported(tx: Tx, id: string, lastPostedThrough: CalendarDate, userId: number, clock: Clock): Promise<void> {
  const account = await lockBankAccount(tx, id, userId);
  if (!account) throw new AppError('not_found');
  await tx.rows(updateStatement, [id, clock.now(), lastPostedThrough]);
  await enqueueForAccount(tx, JOBS.fundAccount, id);
}
