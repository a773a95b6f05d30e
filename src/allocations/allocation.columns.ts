import { bigint, generated, instant, numeric, orNull, selectSql, smallint, text, textOf, uuid, type RowOf } from '../db/columns.ts';
import { BUDGET_CHAIN, openingOf, snapshotsSql, type BudgetSnapshots } from '../ledger/chain.ts';
import type { Category } from './categories.ts';

/** An allocation's own columns, as they are read. The ledger adds its running balance. */
const ALLOCATION_COLUMNS = {
  id: uuid,
  sequence: generated(bigint),
  transaction_id: uuid,
  budget_id: uuid,
  amount: numeric,
  category: textOf<Category>(),
  memo: orNull(text),
  created_at: instant,
  modified_at: instant,
};

/** Those that are written when it is created: also where it stands in its budget's chain. */
export const NEW_ALLOCATION_COLUMNS = { ...ALLOCATION_COLUMNS, instant, kind: smallint, position: bigint };

/** An allocation as the answers need it: its own columns, its snapshot and its account's currency. */
export type AllocationRow = RowOf<typeof ALLOCATION_COLUMNS> & BudgetSnapshots & { currency: string };

/** SQL for all of that, but for the currency, of an entry `e`; needs OPENING_OF_ALLOCATION after FROM. */
export const ALLOCATION_SELECTION = `${selectSql(ALLOCATION_COLUMNS, 'e')}, ${snapshotsSql(BUDGET_CHAIN, 'e')}`;
export const OPENING_OF_ALLOCATION = openingOf(BUDGET_CHAIN, 'e');
