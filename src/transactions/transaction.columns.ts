import { bigint, boolean, generated, instant, numeric, orNull, selectSql, text, textOf, uuid, type RowOf } from '../db/columns.ts';
import { ACCOUNT_CHAIN, openingOf, snapshotsSql, type AccountSnapshots } from '../ledger/chain.ts';
import type { TransactionType } from './transaction-types.ts';

/** A transaction's own columns: what is read of it, and written when it is created. The ledger adds its running balances. */
export const TRANSACTION_COLUMNS = {
  id: uuid,
  sequence: generated(bigint),
  bank_account_id: generated(uuid),
  amount: numeric,
  party: orNull(text),
  posted_date: instant,
  transaction_date: instant,
  transaction_type: textOf<TransactionType>(),
  pending: boolean,
  memo: orNull(text),
  raw_description: text,
  description: text,
  linked_transaction_id: generated(orNull(uuid)),
  image: orNull(text),
  document: orNull(text),
  created_at: instant,
  modified_at: instant,
};

/** A transaction as the answers need it: its own columns, its snapshots and its account's currency. */
export type TransactionRow = RowOf<typeof TRANSACTION_COLUMNS> & AccountSnapshots & { currency: string };

/** SQL for all of that, but for the currency, of a transaction `t`; needs OPENING_OF_TRANSACTION after FROM. */
export const TRANSACTION_SELECTION = `${selectSql(TRANSACTION_COLUMNS, 't')}, ${snapshotsSql(ACCOUNT_CHAIN, 't')}`;
export const OPENING_OF_TRANSACTION = openingOf(ACCOUNT_CHAIN, 't');
