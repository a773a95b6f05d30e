/**
 * Each funding event knows how many events of its budget and kind there are through it. Events only come at the end, and go
 * only with their budget, so that these numbers have no gaps: the count of any range of dates is the difference of two.
 */
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { check } from '../ledger/balance-checks.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';

const recomputeQuery = query<{ corrected: string }>(`
WITH corrected AS (
  UPDATE funding_events e SET ordinal = n.ordinal
  FROM (SELECT id, row_number() OVER (PARTITION BY budget_id, kind ORDER BY date) AS ordinal FROM funding_events WHERE bank_account_id = $1) n
  WHERE n.id = e.id AND n.ordinal <> e.ordinal
  RETURNING e.id
)
SELECT count(*) AS corrected FROM corrected`);

/**
 * Numbers an account's funding events anew, to repair the numbers.
 * @returns how many were wrong
 */
async function recomputeFundingEventOrdinals(tx: Tx, account: LockedBankAccount): Promise<number> {
  return Number((await tx.row(recomputeQuery, [account.id]))?.corrected ?? 0);
}

/** Each funding event is numbered among those of its budget and kind, in the order of their dates. */
const fundingEventOrdinals = check(
  { budget: 'e.budget_id', internalTransaction: 'e.internal_transaction_id' },
  `FROM (
    SELECT e.budget_id, e.internal_transaction_id, e.kind, e.date, e.ordinal, row_number() OVER (PARTITION BY e.budget_id, e.kind ORDER BY e.date) AS number
    FROM funding_events e WHERE e.bank_account_id = $1
  ) e
  CROSS JOIN LATERAL (VALUES ('funding_event_ordinal', e.kind || ' ' || e.date || ': ' || e.number, e.kind || ' ' || e.date || ': ' || e.ordinal)) v (field, expected, stored)
  WHERE e.number <> e.ordinal`,
  'ORDER BY e.budget_id, e.kind, e.date',
);

/** The numbers of funding events. */
export const FUNDING_EVENT_ORDINALS: DerivedValues = { checks: [fundingEventOrdinals], recompute: recomputeFundingEventOrdinals };
