import { formatInstant, type Clock, type InstantText } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccountOf } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { AppError, FieldError, type FieldErrors } from '../errors.ts';
import { isUrlOf, type FileKind } from '../files/file-links.ts';
import { NOT_A_FILE, type FileChange, type FileChanges } from '../files/receive-files.ts';
import { forgetFiles } from '../files/stored-files.ts';
import type { StoredName } from '../files/stored-name.ts';
import { requireSameCurrency, type Decimal } from '../money.ts';
import { partyOf } from './party.ts';
import { ADDED_TO_COUNTS } from './transaction-counts.ts';
import { changeTransaction } from './transaction-entries.ts';
import { TRANSACTION_SELECTION, type TransactionRow } from './transaction.columns.ts';
import { findTransaction } from './transaction.queries.ts';
import type { TransactionType } from './transaction-types.ts';

/** What a request says about a transaction; what is undefined stays as it is. */
export interface TransactionUpdate {
  /** Fixed since creation: these may only be repeated. */
  bankAccountId: string | undefined;
  amount: Decimal | undefined;
  amountCurrency: string | undefined;
  postedDate: Date | undefined;
  transactionDate: Date | null | undefined;
  rawDescription: string | undefined;
  /** Free to change. Blank text restores the default description. */
  transactionType: TransactionType | undefined;
  memo: string | null | undefined;
  description: string | undefined;
  /** From true to false only. */
  pending: boolean | undefined;
}

// $9 is the account, $10 the type until now. The two counts are different rows, as they must be within one statement.
const updateStatement = statement<Omit<TransactionRow, 'currency'>>(`
WITH lowered AS (
  UPDATE transaction_counts SET count = count - 1
  WHERE bank_account_id = $9 AND facet = 'transaction_type' AND value = $10::text AND value <> $2::text
),
raised AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT $9, 'transaction_type', $2::text, 1 WHERE $2::text <> $10::text
  ${ADDED_TO_COUNTS}
)
UPDATE transactions t SET transaction_type = $2, memo = $3, description = $4, party = $5, image = $6, document = $7, modified_at = $8
WHERE t.id = $1 RETURNING ${TRANSACTION_SELECTION}`);

/**
 * Updates a transaction. Posting a pending one moves the account's posted balances from it on.
 * @returns the transaction as it is now, and the names of stored files that it let go of, to be removed after the commit
 * @throws AppError `not_found` when the user owns no such transaction
 * @throws FieldError for another value of a fixed field, with nothing changed
 */
export async function updateTransaction(
  tx: Tx,
  id: string,
  update: TransactionUpdate,
  files: FileChanges,
  userId: number,
  clock: Clock,
): Promise<{ row: TransactionRow; released: StoredName[] }> {
  const account = await lockBankAccountOf(tx, 'transactions', id, userId);
  const present = account && (await findTransaction(tx, id, userId));
  if (!present) throw new AppError('not_found');
  requireSameCurrency('amount_currency', update.amountCurrency, present.currency);
  const image = fileAfter(files.image, 'image', present.image);
  const document = fileAfter(files.document, 'document', present.document);
  const errors = { ...changesOfFixedFields(present, update), ...image.errors, ...document.errors };
  if (Object.keys(errors).length > 0) throw new FieldError(errors);

  if (present.pending && update.pending === false) await changeTransaction(tx, account, [{ id, ownerId: account.id, pending: false }], clock.now());
  const defaultDescription = present.raw_description.trim();
  const description = update.description === undefined ? present.description : update.description.trim() || defaultDescription;
  const updated = await tx.row(updateStatement, [
    id,
    update.transactionType ?? present.transaction_type,
    update.memo === undefined ? present.memo : update.memo,
    description,
    description === defaultDescription ? partyOf(present.raw_description) : null,
    image.name,
    document.name,
    clock.now(),
    account.id,
    present.transaction_type,
  ]);
  if (!updated) throw new AppError('not_found');
  const released = [
    ...(present.image !== null && present.image !== image.name ? [present.image] : []),
    ...(present.document !== null && present.document !== document.name ? [present.document] : []),
  ];
  await forgetFiles(tx, released);
  return { row: { ...updated, currency: present.currency }, released };
}

const FIXED = 'This field cannot be changed after creation.';

function changesOfFixedFields(present: TransactionRow, update: TransactionUpdate): FieldErrors {
  const errors: FieldErrors = {};
  if (update.bankAccountId !== undefined && update.bankAccountId !== present.bank_account_id) errors['bank_account'] = [FIXED];
  if (update.amount && !update.amount.equals(present.amount)) errors['amount'] = [FIXED];
  if (update.postedDate && !isSameInstant(update.postedDate, present.posted_date)) errors['posted_date'] = [FIXED];
  if (update.transactionDate !== undefined && !isSameInstant(update.transactionDate, present.transaction_date)) errors['transaction_date'] = [FIXED];
  if (update.rawDescription !== undefined && update.rawDescription !== present.raw_description) errors['raw_description'] = [FIXED];
  if (update.pending === true && !present.pending) errors['pending'] = ['A posted transaction cannot become pending again.'];
  return errors;
}

function isSameInstant(left: Date | null, right: InstantText): boolean {
  return left !== null && formatInstant(left) === right;
}

/** Which file a transaction carries after a change; the only text that a request may send for one is its present URL. */
function fileAfter(change: FileChange, kind: FileKind, present: StoredName | null): { name: StoredName | null; errors: FieldErrors } {
  if (change.action === 'store') return { name: change.name, errors: {} };
  if (change.action === 'remove') return { name: null, errors: {} };
  if (change.action === 'keep' || (present !== null && isUrlOf(change.url, kind, present))) return { name: present, errors: {} };
  return { name: present, errors: { [kind]: [NOT_A_FILE] } };
}
