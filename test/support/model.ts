import type { Decimal} from '../../src/money.ts';
import { ZERO } from '../../src/money.ts';

/**
 * The ledger as simply as it can be said: lists of what was done, and every balance made anew from them each time it is
 * asked for. It shares nothing with the server but the rules in docs/domain.md.
 */
export interface ModelBudget {
  id: string;
  type: 'G' | 'R' | 'A' | 'C';
  isUnallocated: boolean;
  target: Decimal;
  archived: boolean;
  complete: boolean;
  /** The fill-up of a recurring budget. */
  fillup: string | null;
}

export interface ModelAllocation {
  /** Order of creation among all allocations. */
  order: number;
  budget: string;
  amount: Decimal;
}

export interface ModelTransaction {
  id: string;
  /** Order of creation among all transactions. */
  order: number;
  date: string;
  amount: Decimal;
  pending: boolean;
  allocations: ModelAllocation[];
}

export interface ModelTransfer {
  /** Order of creation among all transfers. */
  order: number;
  effectiveDate: string;
  amount: Decimal;
  source: string;
  destination: string;
}

/** A line in a budget's chain. */
export interface ModelEntry {
  instant: string;
  kind: 'transfer' | 'allocation';
  position: number;
  amount: Decimal;
  of: ModelAllocation | ModelTransfer;
  /** The budget's balance up to and including it. */
  balance: Decimal;
}

export class LedgerModel {
  readonly opening: { posted: Decimal; available: Decimal };
  readonly unallocated: string;
  budgets: ModelBudget[] = [];
  transactions: ModelTransaction[] = [];
  transfers: ModelTransfer[] = [];
  #created = 0;

  constructor(opening: { posted: Decimal; available: Decimal }, unallocated: string) {
    this.opening = opening;
    this.unallocated = unallocated;
    this.addBudget({ id: unallocated, type: 'G', target: ZERO, isUnallocated: true });
  }

  addBudget(budget: Pick<ModelBudget, 'id' | 'type' | 'target'> & { isUnallocated?: boolean }): void {
    this.budgets.push({ isUnallocated: false, archived: false, complete: false, fillup: null, ...budget });
  }

  budget(id: string): ModelBudget {
    const budget = this.budgets.find((one) => one.id === id);
    if (!budget) throw new Error(`the model has no budget ${id}`);
    return budget;
  }

  /** The recurring budget that a fill-up belongs to. */
  parentOf(id: string): ModelBudget | undefined {
    return this.budgets.find((budget) => budget.fillup === id);
  }

  addTransaction(transaction: Pick<ModelTransaction, 'id' | 'date' | 'amount' | 'pending'>): void {
    const allocation = { order: this.#next(), budget: this.unallocated, amount: transaction.amount };
    this.transactions.push({ ...transaction, order: this.#next(), allocations: [allocation] });
  }

  removeTransaction(transaction: ModelTransaction, now: string): void {
    this.transactions = this.transactions.filter((other) => other !== transaction);
    this.#completeBudgets();
    this.#drain(now);
  }

  /** @param shares budget id → positive amount, which add up to no more than the transaction */
  split(transaction: ModelTransaction, shares: ReadonlyMap<string, Decimal>, now: string): void {
    const sign = transaction.amount.isNegative() ? -1 : 1;
    const wanted = new Map([...shares].map(([budget, share]) => [budget, share.times(sign)]));
    const remainder = transaction.amount.minus(sum([...wanted.values()]));
    if (!remainder.isZero() || wanted.size === 0) wanted.set(this.unallocated, remainder.plus(wanted.get(this.unallocated) ?? ZERO));
    transaction.allocations = [...wanted].map(([budget, amount]) => {
      const kept = transaction.allocations.find((allocation) => allocation.budget === budget);
      return { order: kept?.order ?? this.#next(), budget, amount };
    });
    this.#completeBudgets();
    this.#drain(now);
  }

  transfer(source: string, destination: string, amount: Decimal, effectiveDate: string): void {
    this.transfers.push({ order: this.#next(), effectiveDate, amount, source, destination });
    this.#completeBudgets();
  }

  archive(id: string, now: string): void {
    const budget = this.budget(id);
    if (budget.fillup !== null && !this.budget(budget.fillup).archived) this.archive(budget.fillup, now);
    budget.archived = true;
    this.#drain(now);
  }

  /** As if the money of the budget, and of its fill-up, had always been in Unallocated. */
  deleteBudget(id: string): void {
    const gone = [id, this.budget(id).fillup];
    this.budgets = this.budgets.filter((budget) => !gone.includes(budget.id));
    this.transfers = this.transfers
      .map((transfer) => ({
        ...transfer,
        source: gone.includes(transfer.source) ? this.unallocated : transfer.source,
        destination: gone.includes(transfer.destination) ? this.unallocated : transfer.destination,
      }))
      .filter((transfer) => transfer.source !== transfer.destination);
  }

  /** Changes a budget's target, and its fill-up's with it. */
  retarget(id: string, target: Decimal): void {
    const budget = this.budget(id);
    if (target.greaterThan(budget.target) && target.greaterThan(this.balance(id))) budget.complete = false;
    budget.target = target;
    if (budget.fillup !== null) this.budget(budget.fillup).target = target;
    this.#completeBudgets();
  }

  hasAllocations(id: string): boolean {
    return this.transactions.some(({ allocations }) => allocations.some(({ budget }) => budget === id));
  }

  /** A budget's entries in the order of its chain. */
  chain(id: string): ModelEntry[] {
    const entries: Omit<ModelEntry, 'balance'>[] = [];
    for (const transfer of this.transfers) {
      const entry = { instant: transfer.effectiveDate, kind: 'transfer' as const, position: transfer.order, of: transfer };
      if (transfer.source === id) entries.push({ ...entry, amount: transfer.amount.negated() });
      if (transfer.destination === id) entries.push({ ...entry, amount: transfer.amount });
    }
    for (const transaction of this.transactions) {
      for (const allocation of transaction.allocations.filter(({ budget }) => budget === id)) {
        entries.push({ instant: transaction.date, kind: 'allocation', position: transaction.order, amount: allocation.amount, of: allocation });
      }
    }
    entries.sort((a, b) => compare(a.instant, b.instant) || compare(b.kind, a.kind) || a.position - b.position);
    let balance = id === this.unallocated ? this.opening.available : ZERO;
    return entries.map((entry) => {
      balance = balance.plus(entry.amount);
      return { ...entry, balance };
    });
  }

  balance(id: string): Decimal {
    return this.chain(id).at(-1)?.balance ?? (id === this.unallocated ? this.opening.available : ZERO);
  }

  /** For each budget, its balance up to and including each allocation and each side of a transfer. */
  snapshots(): Map<string, Map<ModelEntry['of'], Decimal>> {
    return new Map(this.budgets.map(({ id }) => [id, new Map(this.chain(id).map(({ of, balance }) => [of, balance]))]));
  }

  /** The transactions in the order of the account's chain, each with the account's balances up to and including it. */
  accountChain(): (ModelTransaction & { available: Decimal; posted: Decimal })[] {
    let { available, posted } = this.opening;
    return this.transactions
      .toSorted((a, b) => compare(a.date, b.date) || a.order - b.order)
      .map((transaction) => {
        available = available.plus(transaction.amount);
        if (!transaction.pending) posted = posted.plus(transaction.amount);
        return { ...transaction, available, posted };
      });
  }

  /** What is left in archived budgets goes to Unallocated, in the order of the budgets' ids. */
  #drain(now: string): void {
    for (const { id } of this.budgets.filter((budget) => budget.archived).toSorted((a, b) => compare(a.id, b.id))) {
      const balance = this.balance(id);
      if (balance.isZero()) continue;
      const [source, destination] = balance.isPositive() ? [id, this.unallocated] : [this.unallocated, id];
      this.transfer(source, destination, balance.abs(), now);
    }
  }

  #completeBudgets(): void {
    for (const budget of this.budgets.filter(({ isUnallocated }) => !isUnallocated)) {
      const full = budget.target.isPositive() && !budget.target.isZero() && this.balance(budget.id).greaterThanOrEqualTo(budget.target);
      const sticky = budget.type === 'G' || budget.type === 'R';
      budget.complete = full || (sticky && budget.complete);
    }
  }

  #next(): number {
    this.#created += 1;
    return this.#created;
  }
}

function sum(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((total, amount) => total.plus(amount), ZERO);
}

/** Instants are ISO texts of one form, so that they compare as text. "transfer" is greater than "allocation". */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
