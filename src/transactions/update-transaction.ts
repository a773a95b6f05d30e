import type { Principal } from '../auth/principal.ts';
import { formatInstant, type InstantText } from '../dates.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError, issueOf, refuse, type Issue } from '../errors.ts';
import { isUrlOf, type FileKind } from '../files/file-links.ts';
import type { FileChange, FileChanges } from '../files/receive-files.ts';
import { forgetFiles } from '../files/stored-files.ts';
import type { StoredName } from '../files/stored-name.ts';
import { currencyIssue, type Decimal } from '../money.ts';
import { partyOf } from './party.ts';
import { ADDED_TO_COUNTS } from './transaction-counts.ts';
import { changeTransaction } from './transaction-entries.ts';
import { OPENING_OF_TRANSACTION, TRANSACTION_SELECTION, type TransactionRow } from './transaction.columns.ts';
import { findTransaction } from './transaction.queries.ts';
import type { TransactionType } from './transaction-types.ts';

/** What a request says about a transaction; what is undefined stays as it is. */
export interface TransactionUpdate {
  id: string;
  /** Fixed since creation: these may only be repeated. */
  bankAccount: string | undefined;
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
  files: FileChanges;
}

// $9 is the account, $10 the type until now. The two counts are different rows, as they must be within one statement.
const updateQuery = query<Omit<TransactionRow, 'currency'>>(`
WITH lowered AS (
  UPDATE transaction_counts SET count = count - 1
  WHERE bank_account_id = $9 AND facet = 'transaction_type' AND value = $10::text AND value <> $2::text
),
raised AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT $9, 'transaction_type', $2::text, 1 WHERE $2::text <> $10::text
  ${ADDED_TO_COUNTS}
),
updated AS (
  UPDATE transactions t SET transaction_type = $2, memo = $3, description = $4, party = $5, image = $6, document = $7, modified_at = $8
  WHERE t.id = $1 RETURNING t.*
)
SELECT ${TRANSACTION_SELECTION} FROM updated t ${OPENING_OF_TRANSACTION}`);

/**
 * Updates a transaction. Posting a pending one moves the account's posted balances from it on.
 * @returns the transaction as it is now
 * @throws AppError `not_found` when the principal sees no such transaction
 * @throws InvalidInput for another value of a fixed field, with nothing changed
 */
export async function updateTransaction(
  tx: Tx,
  principal: Principal,
  { id, files, ...update }: TransactionUpdate,
  now: Date,
): Promise<TransactionRow> {
  const account = await lockVisibleBankAccountOf(tx, principal, 'transactions', id);
  const present = account && (await findTransaction(tx, principal, id));
  if (!present) throw new AppError('not_found');
  refuse([currencyIssue('amountCurrency', update.amountCurrency, present.currency)]);
  const image = fileAfter(files.image, 'image', present.image);
  const document = fileAfter(files.document, 'document', present.document);
  refuse([...changesOfFixedFields(present, update), image.issue, document.issue]);

  if (present.pending && update.pending === false) await changeTransaction(tx, account, [{ id, ownerId: account.id, pending: false }], now);
  const defaultDescription = present.raw_description.trim();
  const description = update.description === undefined ? present.description : update.description.trim() || defaultDescription;
  const updated = await tx.row(updateQuery, [
    id,
    update.transactionType ?? present.transaction_type,
    update.memo === undefined ? present.memo : update.memo,
    description,
    description === defaultDescription ? partyOf(present.raw_description) : null,
    image.name,
    document.name,
    now,
    account.id,
    present.transaction_type,
  ]);
  if (!updated) throw new AppError('not_found');
  const released = [
    ...(present.image !== null && present.image !== image.name ? [present.image] : []),
    ...(present.document !== null && present.document !== document.name ? [present.document] : []),
  ];
  await forgetFiles(tx, released);
  tx.afterCommit({ kind: 'files-released', names: released });
  return { ...updated, currency: present.currency };
}

function changesOfFixedFields(present: TransactionRow, update: Omit<TransactionUpdate, 'id' | 'files'>): (Issue | undefined)[] {
  const { bankAccount, amount, postedDate, transactionDate, rawDescription, pending } = update;
  const fixed = (field: string, isChanged: boolean): Issue | undefined => (isChanged ? issueOf(field, 'immutable') : undefined);
  return [
    fixed('bankAccount', bankAccount !== undefined && bankAccount !== present.bank_account_id),
    fixed('amount', amount !== undefined && !amount.equals(present.amount)),
    fixed('postedDate', postedDate !== undefined && !isSameInstant(postedDate, present.posted_date)),
    fixed('transactionDate', transactionDate !== undefined && !isSameInstant(transactionDate, present.transaction_date)),
    fixed('rawDescription', rawDescription !== undefined && rawDescription !== present.raw_description),
    pending === true && !present.pending ? issueOf('pending', 'posted_already') : undefined,
  ];
}

function isSameInstant(left: Date | null, right: InstantText): boolean {
  return left !== null && formatInstant(left) === right;
}

/** Which file a transaction carries after a change; the only text that a request may send for one is its present URL. */
function fileAfter(change: FileChange, kind: FileKind, present: StoredName | null): { name: StoredName | null; issue?: Issue } {
  if (change.action === 'store') return { name: change.name };
  if (change.action === 'remove') return { name: null };
  if (change.action === 'keep' || (present !== null && isUrlOf(change.url, kind, present))) return { name: present };
  return { name: present, issue: issueOf(kind, 'not_a_file') };
}
