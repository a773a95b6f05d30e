import type { Conditions } from '../db/conditions.ts';
import { addFilters, comparing, type FilterConditions } from '../db/list-filters.ts';

/** What a list of transactions is narrowed to; what is undefined does not narrow it. Bounds are inclusive. */
export interface TransactionFilters {
  bankAccountId?: string | undefined;
  pending?: boolean | undefined;
  transactionType?: string | undefined;
  dateFrom?: Date | undefined;
  dateTo?: Date | undefined;
  postedDateFrom?: Date | undefined;
  postedDateTo?: Date | undefined;
  search?: string | undefined;
}

/** Those that ask something of a transaction; an account says whose there are. */
type RowFilters = Omit<TransactionFilters, 'bankAccountId'>;

/**
 * Adds what the filters ask of the transactions `t` of an account, for a list in an order that may be that of
 * `transaction_date`: bounds of `posted_date` bound that too, since the two dates lie no further apart than an index
 * knows. Without it, the transactions posted in one week of years ago would be searched for from the newest on.
 */
export function addListFilters(conditions: Conditions, filters: RowFilters): void {
  addTransactionFilters(conditions, filters);
  // What lies outside of Postgres' range of years must not be computed: a greatest lag of millennia is no bound.
  conditions.add(filters.postedDateFrom, (value) => `t.transaction_date >= (
    SELECT CASE WHEN max(${LAG}) < interval '5000 years' THEN ${minusSql(value, `max(${LAG})`)} ELSE '-infinity' END
    FROM transactions l WHERE l.bank_account_id = o.bank_account_id)`);
  conditions.add(filters.postedDateTo, (value) => `t.transaction_date <= (
    SELECT ${minusSql(value, `least(min(${LAG}), interval '0')`)} FROM transactions l WHERE l.bank_account_id = o.bank_account_id)`);
}

const LAG = '(l.posted_date - l.transaction_date)';

/** An interval has days, which are of 24 hours only where clocks do not change. */
function minusSql(instant: string, interval: string): string {
  return `(${instant}::timestamptz AT TIME ZONE 'UTC' - ${interval}) AT TIME ZONE 'UTC'`;
}

/** Adds what the filters ask of the transactions `t` of an account. */
export function addTransactionFilters(conditions: Conditions, filters: RowFilters): void {
  addFilters(conditions, CONDITIONS, filters);
}

/** What `transactions_search` has of a transaction `t`. */
const SEARCHED_TEXT = `lower(t.description || E'\\n' || t.raw_description || E'\\n' || coalesce(t.party, ''))`;

const CONDITIONS: FilterConditions<RowFilters> = {
  pending: (conditions, isPending) => { conditions.addFixed(isPending ? 't.pending' : 'NOT t.pending'); },
  transactionType: comparing('t.transaction_type', '='),
  dateFrom: comparing('t.transaction_date', '>='),
  dateTo: comparing('t.transaction_date', '<='),
  postedDateFrom: comparing('t.posted_date', '>='),
  postedDateTo: comparing('t.posted_date', '<='),
  search: (conditions, text) => { conditions.addSearchOfText(text, SEARCHED_TEXT); },
};
