import { v7 as uuidv7 } from 'uuid';

import { BUDGET_CHAIN } from '../budgets/budget-chain.ts';
import { sidesOf, TRANSFER_SIDE, type TransferSide } from '../budgets/transfer-money.ts';
import { batchInsertion } from '../ledger/entry-batch.ts';
import { startOfDay, type CalendarDate } from '../dates.ts';
import { query } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import { allowLongQueries } from '../mutations/query-timeout.ts';
import type { Tx } from '../mutations/transaction.ts';
import { FUNDING_SYSTEM } from '../security/usernames.ts';
import { slicesOf } from '../steps.ts';
import type { FundingPlan, PlannedEvent, PlannedTransfer } from './plan.ts';

/** An event with the transfer that carried it out. */
export interface AppliedEvent extends PlannedEvent {
  readonly internalTransactionId: string | null;
}

const insertSides = batchInsertion(BUDGET_CHAIN, TRANSFER_SIDE);

// The order of the rows is the order of creation.
const insertTransfers = query<{ id: string; sequence: string }>(`
INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
SELECT t.id, $1, t.amount, t.source, t.destination, (SELECT id FROM users WHERE username = '${FUNDING_SYSTEM}'), t.effective, $2, $2
FROM unnest($3::uuid[], $4::numeric[], $5::uuid[], $6::uuid[], $7::timestamptz[])
  WITH ORDINALITY AS t (id, amount, source, destination, effective, position)
ORDER BY t.position
RETURNING id, sequence`);

// Each continues the numbers of its budget and kind: the dates of a round come after all that are recorded.
const insertEvents = query<object>(`
WITH event AS MATERIALIZED (
  SELECT e.*, row_number() OVER (PARTITION BY e.budget_id, e.kind ORDER BY e.date) AS number
  FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::date[], $7::numeric[], $8::numeric[], $9::boolean[], $10::text[], $11::uuid[])
    AS e (id, budget_id, kind, date, wanted, moved, skipped, warning, internal_transaction_id)
),
recorded AS MATERIALIZED (
  SELECT c.budget_id, c.kind, coalesce(
    (SELECT f.ordinal FROM funding_events f WHERE f.budget_id = c.budget_id AND f.kind = c.kind ORDER BY f.date DESC LIMIT 1), 0) AS events
  FROM (SELECT DISTINCT budget_id, kind FROM event) c
)
INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, skipped, warning, internal_transaction_id, ordinal, created_at)
SELECT e.id, $1, e.budget_id, e.kind, e.date, e.wanted, e.moved, e.skipped, e.warning, e.internal_transaction_id, r.events + e.number, $2
FROM event e JOIN recorded r ON r.budget_id = e.budget_id AND r.kind = e.kind`);

// Answers the budgets whose balance, kept by the chains, is not what the plan computed: there must be none.
const updateBudgets = query<{ id: string }>(`
WITH changed AS (
  UPDATE budgets b SET complete = c.complete, funding_floor = c.funding_floor, recurrence_floor = c.recurrence_floor
  FROM unnest($1::uuid[], $2::numeric[], $3::boolean[], $4::date[], $5::date[]) AS c (id, balance, complete, funding_floor, recurrence_floor)
  WHERE b.id = c.id
  RETURNING b.id, b.balance = c.balance AS agrees
)
SELECT id FROM changed WHERE NOT agrees`);

/**
 * Writes a plan, which has at most a round's events: them and their transfers some at a time, while others are served, each
 * affected chain recomputed once. An event that another run had recorded already would break the unique (budget, kind, date) and with it the whole transaction: nothing happens twice.
 * @returns the plan's events, each with its transfer
 */
export async function applyPlan(tx: Tx, account: LockedBankAccount, plan: FundingPlan, timezone: string, now: Date): Promise<AppliedEvent[]> {
  const instants = new Map<CalendarDate, Date>();
  const instantOf = (date: CalendarDate): Date => {
    const known = instants.get(date) ?? startOfDay(date, timezone);
    instants.set(date, known);
    return known;
  };

  // What is funded after years shifts the snapshots of all that came since.
  await allowLongQueries(tx);
  const events: AppliedEvent[] = [];
  const sides: TransferSide[] = [];
  for (const slice of slicesOf(plan.events)) {
    const applied = slice.map((event): AppliedEvent => ({ ...event, internalTransactionId: event.transfer ? uuidv7() : null }));
    sides.push(...(await insertTransferBatch(tx, account, transfersOf(applied), instantOf, now)));
    await insertEventBatch(tx, account, applied, now);
    events.push(...applied);
  }
  await insertSides(tx, account, sides);
  await updateBudgetsAsPlanned(tx, plan);
  return events;
}

function transfersOf(events: readonly AppliedEvent[]): (PlannedTransfer & { id: string })[] {
  return events.flatMap(({ transfer, internalTransactionId }) => (transfer && internalTransactionId !== null ? [{ ...transfer, id: internalTransactionId }] : []));
}

async function insertTransferBatch(
  tx: Tx,
  account: LockedBankAccount,
  transfers: readonly (PlannedTransfer & { id: string })[],
  instantOf: (date: CalendarDate) => Date,
  now: Date,
): Promise<TransferSide[]> {
  const inserted = await tx.rows(insertTransfers, [
    account.id,
    now,
    transfers.map(({ id }) => id),
    transfers.map(({ amount }) => amount.toFixed()),
    transfers.map(({ sourceBudgetId }) => sourceBudgetId),
    transfers.map(({ destinationBudgetId }) => destinationBudgetId),
    transfers.map(({ date }) => instantOf(date)),
  ]);
  const sequences = new Map(inserted.map(({ id, sequence }) => [id, sequence]));
  return transfers.flatMap((transfer) => {
    const sequence = sequences.get(transfer.id);
    if (sequence === undefined) throw new Error('an inserted transfer has no sequence');
    return sidesOf({ ...transfer, sequence, effectiveDate: instantOf(transfer.date) }, now);
  });
}

async function insertEventBatch(tx: Tx, account: LockedBankAccount, events: readonly AppliedEvent[], now: Date): Promise<void> {
  await tx.rows(insertEvents, [
    account.id,
    now,
    events.map(() => uuidv7()),
    events.map(({ budgetId }) => budgetId),
    events.map(({ kind }) => kind),
    events.map(({ date }) => date),
    events.map(({ wanted }) => wanted.toFixed()),
    events.map(({ moved }) => moved.toFixed()),
    events.map(({ outcome }) => outcome === 'paused'),
    events.map(({ warning }) => warning),
    events.map(({ internalTransactionId }) => internalTransactionId),
  ]);
}

async function updateBudgetsAsPlanned(tx: Tx, plan: FundingPlan): Promise<void> {
  const changes = plan.budgetChanges;
  const disagreeing = await tx.rows(updateBudgets, [
    changes.map(({ budgetId }) => budgetId),
    changes.map(({ balance }) => balance.toFixed()),
    changes.map(({ complete }) => complete),
    changes.map(({ fundingFloor }) => fundingFloor),
    changes.map(({ recurrenceFloor }) => recurrenceFloor),
  ]);
  if (disagreeing.length > 0) throw new Error(`funding computed other balances than the chains of budgets ${disagreeing.map(({ id }) => id).join(', ')}`);
}
