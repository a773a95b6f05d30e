import fc from 'fast-check';

import { Decimal, minorUnits } from '../../src/money.ts';
import type { Api, ApiAnswer } from './api.ts';
import type { TestClock } from './app.ts';
import type { LedgerModel, ModelTransaction } from './model.ts';

/**
 * One thing that a user can do to a ledger. It names what it is about by its place in the list of what there is then
 * (modulo the list's length), so that any part of a sequence of operations is a sequence too, which shrinking needs.
 * Amounts are in minor units of the currency.
 */
export type Operation =
  | { type: 'create transaction'; amount: number; date: number; pending: boolean }
  | { type: 'delete transaction'; transaction: number }
  | { type: 'settle transaction'; transaction: number }
  | { type: 'split transaction'; transaction: number; shares: { budget: number; percent: number }[] }
  | { type: 'transfer'; source: number; destination: number; amount: number; date: number | null }
  | { type: 'create budget'; budgetType: 'G' | 'R' | 'C'; target: number; withFillup: boolean }
  | { type: 'archive budget'; budget: number }
  | { type: 'delete budget'; budget: number }
  | { type: 'change target'; budget: number; target: number }
  | { type: 'toggle fill-up'; budget: number }
  | { type: 'let time pass'; minutes: number };

/** Few instants, so that many entries share one; one is the time at which a test's clock starts, one is to come. */
const DATES = ['2026-11-18T00:00:00.000Z', '2026-11-19T12:00:00.000Z', '2026-11-20T08:00:00.000Z', '2026-11-20T08:01:00.000Z', '2026-12-24T18:00:00.000Z'];

const place = fc.nat(1000);
const amount = fc.oneof(fc.constantFrom(0, 1, -1, 100, -100, 2500, -2500), fc.integer({ min: -1_000_000, max: 1_000_000 }));
const date = fc.nat(DATES.length - 1);
const target = fc.constantFrom(0, 1, 100, 2500, 100_000);
const share = fc.record({ budget: place, percent: fc.constantFrom(0, 10, 25, 25, 50, 50, 100) });

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('create transaction' as const), amount, date, pending: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant('split transaction' as const), transaction: place, shares: fc.array(share, { maxLength: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('transfer' as const), source: place, destination: place, amount, date: fc.option(date) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete transaction' as const), transaction: place }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('settle transaction' as const), transaction: place }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('create budget' as const), budgetType: fc.constantFrom('G', 'R', 'C'), target, withFillup: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('archive budget' as const), budget: place }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete budget' as const), budget: place }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('change target' as const), budget: place, target }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('toggle fill-up' as const), budget: place }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('let time pass' as const), minutes: fc.constantFrom(1, 60) }) },
);

export interface LedgerUnderTest {
  api: Api;
  clock: TestClock;
  account: { id: string; currency: string };
  model: LedgerModel;
}

/**
 * Does an operation over HTTP and in the model.
 * @returns the answer's status and the one that the model expects; undefined when there was nothing to do it to
 */
export async function perform(ledger: LedgerUnderTest, done: Operation): Promise<{ status: number; expected: number } | undefined> {
  switch (done.type) {
    case 'create transaction':
      return createTransaction(ledger, done);
    case 'delete transaction':
      return onTransaction(ledger, done.transaction, async (transaction) => {
        const { status } = await ledger.api.send('DELETE', `/api/v1/transactions/${transaction.id}/`);
        ledger.model.removeTransaction(transaction, nowOf(ledger));
        return { status, expected: 204 };
      });
    case 'settle transaction':
      return onTransaction(ledger, done.transaction, async (transaction) => {
        const { status } = await ledger.api.send('PATCH', `/api/v1/transactions/${transaction.id}/`, { pending: false, transaction_type: 'ach' });
        transaction.pending = false;
        return { status, expected: 200 };
      });
    case 'split transaction':
      return onTransaction(ledger, done.transaction, (transaction) => splitTransaction(ledger, transaction, done.shares));
    case 'transfer':
      return transfer(ledger, done);
    case 'create budget':
      return createBudget(ledger, done);
    case 'archive budget':
      return archiveBudget(ledger, budgetAt(ledger, done.budget));
    case 'delete budget':
      return deleteBudget(ledger, budgetAt(ledger, done.budget));
    case 'change target':
      return changeTarget(ledger, budgetAt(ledger, done.budget), money(ledger, done.target));
    case 'toggle fill-up':
      return toggleFillup(ledger, budgetAt(ledger, done.budget));
    case 'let time pass':
      ledger.clock.set(new Date(ledger.clock.now().getTime() + done.minutes * 60_000).toISOString());
      return undefined;
  }
}

type Outcome = Promise<{ status: number; expected: number } | undefined>;

async function createTransaction({ api, account, model }: LedgerUnderTest, done: Operation & { type: 'create transaction' }): Outcome {
  const amountOf = new Decimal(done.amount).dividedBy(10 ** minorUnits(account.currency));
  const date = DATES[done.date] ?? '';
  const answer = await api.send('POST', '/api/v1/transactions/', {
    bank_account: account.id,
    amount: amountOf.toFixed(),
    posted_date: date,
    transaction_type: '',
    raw_description: 'SHOP',
    pending: done.pending,
  });
  if (answer.status === 201) model.addTransaction({ id: idIn(answer), date, amount: amountOf, pending: done.pending });
  return { status: answer.status, expected: 201 };
}

async function splitTransaction(ledger: LedgerUnderTest, transaction: ModelTransaction, named: readonly { budget: number; percent: number }[]): Outcome {
  const { api, model } = ledger;
  const unit = new Decimal(10).pow(-minorUnits(ledger.account.currency));
  const shares = new Map(
    named.map(({ budget, percent }) => [budgetAt(ledger, budget), transaction.amount.abs().times(percent).dividedBy(100).dividedBy(unit).floor().times(unit)]),
  );
  const present = new Set(transaction.allocations.map(({ budget }) => budget));
  const total = [...shares.values()].reduce((sum, share) => sum.plus(share), new Decimal(0));
  const isAllowed =
    total.lessThanOrEqualTo(transaction.amount.abs()) &&
    [...shares].every(([budget, share]) => share.isPositive() && !share.isZero() && (!model.budget(budget).archived || present.has(budget)));
  const { status, body } = await api.send('POST', `/api/v1/transactions/${transaction.id}/splits/`, {
    splits: Object.fromEntries([...shares].map(([budget, share]) => [budget, share.toFixed()])),
  });
  if (isAllowed) {
    model.split(transaction, shares, nowOf(ledger));
    // Changes no balance, but the counts that are verified too.
    const [first] = body as { id: string }[];
    await api.send('PATCH', `/api/v1/allocations/${first?.id ?? ''}/`, { category: 'Home:Rent' });
  }
  return { status, expected: isAllowed ? 200 : 400 };
}

async function transfer(ledger: LedgerUnderTest, done: Operation & { type: 'transfer' }): Outcome {
  const { api, account, model } = ledger;
  const [source, destination] = [budgetAt(ledger, done.source), budgetAt(ledger, done.destination)];
  const moved = money(ledger, done.amount);
  const effectiveDate = done.date === null ? undefined : DATES[done.date];
  const isAllowed = done.amount > 0 && source !== destination && !model.budget(source).archived && !model.budget(destination).archived;
  const { status } = await api.send('POST', '/api/v1/internal-transactions/', {
    bank_account: account.id,
    amount: moved.toFixed(),
    src_budget: source,
    dst_budget: destination,
    ...(effectiveDate === undefined ? {} : { effective_date: effectiveDate }),
  });
  if (isAllowed) model.transfer(source, destination, moved, effectiveDate ?? nowOf(ledger));
  return { status, expected: isAllowed ? 201 : 400 };
}

async function createBudget(ledger: LedgerUnderTest, done: Operation & { type: 'create budget' }): Outcome {
  const { api, account, model } = ledger;
  const goal = money(ledger, done.target);
  const answer = await api.send('POST', '/api/v1/budgets/', {
    bank_account: account.id,
    name: `Budget ${model.budgets.length}`,
    budget_type: done.budgetType,
    target_balance: goal.toFixed(),
    with_fillup_goal: done.withFillup,
  });
  if (answer.status === 201) {
    model.addBudget({ id: idIn(answer), type: done.budgetType, target: goal });
    adoptFillup(model, answer);
  }
  return { status: answer.status, expected: 201 };
}

async function archiveBudget(ledger: LedgerUnderTest, id: string): Outcome {
  const { api, model } = ledger;
  const { status } = await api.send('POST', `/api/v1/budgets/${id}/archive/`);
  const expected = model.budget(id).isUnallocated ? 403 : model.budget(id).archived || model.parentOf(id) ? 400 : 200;
  if (expected === 200) model.archive(id, nowOf(ledger));
  return { status, expected };
}

async function deleteBudget({ api, model }: LedgerUnderTest, id: string): Outcome {
  const { isUnallocated, fillup } = model.budget(id);
  const { status } = await api.send('DELETE', `/api/v1/budgets/${id}/`);
  const isUsed = model.hasAllocations(id) || (fillup !== null && model.hasAllocations(fillup));
  const expected = isUnallocated ? 403 : isUsed || model.parentOf(id) ? 400 : 204;
  if (expected === 204) model.deleteBudget(id);
  return { status, expected };
}

async function changeTarget({ api, model }: LedgerUnderTest, id: string, goal: Decimal): Outcome {
  if (model.budget(id).isUnallocated || model.parentOf(id)) return undefined;
  const { status } = await api.send('PATCH', `/api/v1/budgets/${id}/`, { target_balance: goal.toFixed() });
  model.retarget(id, goal);
  return { status, expected: 200 };
}

async function toggleFillup(ledger: LedgerUnderTest, id: string): Outcome {
  const { api, model } = ledger;
  const budget = model.budget(id);
  if (budget.type !== 'R' || budget.archived) return undefined;
  const answer = await api.send('PATCH', `/api/v1/budgets/${id}/`, { with_fillup_goal: budget.fillup === null });
  if (budget.fillup === null) adoptFillup(model, answer);
  else {
    model.archive(budget.fillup, nowOf(ledger));
    budget.fillup = null;
  }
  return { status: answer.status, expected: 200 };
}

/** Takes the fill-up that the server has made for a recurring budget into the model. */
function adoptFillup(model: LedgerModel, { body }: ApiAnswer): void {
  const { id, fillup_goal: fillup } = body as { id: string; fillup_goal: string | null };
  const parent = model.budget(id);
  if (fillup === null || parent.type !== 'R') return;
  parent.fillup = fillup;
  model.addBudget({ id: fillup, type: 'A', target: parent.target });
}

async function onTransaction(ledger: LedgerUnderTest, index: number, work: (transaction: ModelTransaction) => Outcome): Outcome {
  const { transactions } = ledger.model;
  const transaction = transactions[index % Math.max(1, transactions.length)];
  return transaction && work(transaction);
}

function budgetAt({ model }: LedgerUnderTest, index: number): string {
  return model.budgets[index % model.budgets.length]?.id ?? model.unallocated;
}

function money({ account }: LedgerUnderTest, minor: number): Decimal {
  return new Decimal(minor).dividedBy(10 ** minorUnits(account.currency));
}

function nowOf({ clock }: LedgerUnderTest): string {
  return clock.now().toISOString();
}

function idIn({ body }: ApiAnswer): string {
  return (body as { id: string }).id;
}
