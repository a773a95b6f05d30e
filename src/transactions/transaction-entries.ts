/** How transactions come into their accounts' chains, change there and leave them, with the counts by day and type. */
import { ACCOUNT_CHAIN } from '../ledger/chain.ts';
import { changing } from '../ledger/chain-changes.ts';
import { insertion, removal } from '../ledger/chain-writes.ts';
import { ADD_TO_COUNTS, MOVE_COUNTS, TAKE_OFF_COUNTS } from './transaction-counts.ts';
import { TRANSACTION_COLUMNS } from './transaction.columns.ts';

const counter = 'transaction_count';

/** Puts one transaction into its account's chain. Its allocations must follow in the same database transaction. */
export const insertTransaction = insertion(ACCOUNT_CHAIN, { columns: TRANSACTION_COLUMNS, counter, alongside: ADD_TO_COUNTS });

/** Takes one transaction out of its account's chain. Its allocations must be gone from their chains already. */
export const removeTransaction = removal(ACCOUNT_CHAIN, { counter, alongside: TAKE_OFF_COUNTS });

/**
 * Changes a transaction's amount or `transaction_date`, as banks correct what they reported, or whether it is pending. Its
 * allocations must follow in the same database transaction.
 */
export const changeTransaction = changing(ACCOUNT_CHAIN, MOVE_COUNTS);
