import { expect } from 'vitest';

import { Decimal } from '../../src/money.ts';
import type { Api } from './api.ts';

/** A reproducible source of randomness (mulberry32): whole numbers from 0 up to a limit. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

export interface WorkloadAccount {
  id: string;
  name: string;
  unallocated: string;
  /** Budgets besides Unallocated. */
  budgets: readonly string[];
}

interface StandingTransaction {
  id: string;
  account: WorkloadAccount;
  amount: Decimal;
  pending: boolean;
  /** budget id → amount */
  allocations: Map<string, Decimal>;
}

/**
 * One client among many: it changes only transactions of its own, so that each of its requests must succeed whatever the
 * others do, and it notes what each answered request has done.
 */
export class LedgerClient {
  readonly transactions = new Map<string, StandingTransaction>();
  readonly transfers: { source: string; destination: string; amount: Decimal }[] = [];
  readonly #api: Api;
  readonly #accounts: readonly WorkloadAccount[];
  readonly #random: (limit: number) => number;

  constructor(api: Api, accounts: readonly WorkloadAccount[], seed: number) {
    this.#api = api;
    this.#accounts = accounts;
    this.#random = randomNumbers(seed);
  }

  /** Sends so many random requests, one after the other. */
  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) await this.#step();
  }

  async #step(): Promise<void> {
    const dice = this.#random(100);
    const own = this.#pick([...this.transactions.values()]);
    if (dice < 40 || own === undefined) return this.#post(this.#anyAccount());
    if (dice < 60) return this.#split(own);
    if (dice < 75) return this.#transfer(this.#anyAccount());
    if (dice < 85) return this.#delete(own);
    if (dice < 92) return this.#settle(own);
    return this.#postMirrored();
  }

  async #post(account: WorkloadAccount, fields: { amount?: Decimal; raw_description?: string } = {}): Promise<void> {
    const amount = fields.amount ?? this.#amount();
    const pending = this.#random(4) === 0;
    const body = await this.#expectStatus(201, 'POST', '/api/v1/transactions/', {
      bank_account: account.id,
      amount: amount.toFixed(2),
      posted_date: this.#instant(),
      transaction_type: 'signature_purchase',
      raw_description: fields.raw_description ?? 'CORNER SHOP',
      pending,
    });
    const { id } = body as { id: string };
    this.transactions.set(id, { id, account, amount, pending, allocations: new Map([[account.unallocated, amount]]) });
  }

  /** The two sides of a transfer between two accounts, which the server links in the background. */
  async #postMirrored(): Promise<void> {
    const [from, to] = [this.#anyAccount(), this.#anyAccount()];
    const amount = this.#amount().abs();
    await this.#post(from, { amount: amount.negated(), raw_description: `TRANSFER TO ${to.name}` });
    await this.#post(to, { amount, raw_description: `TRANSFER FROM ${from.name}` });
  }

  async #split(transaction: StandingTransaction): Promise<void> {
    const { account, amount } = transaction;
    const cents = amount.abs().times(100).toNumber();
    const shares = account.budgets.filter(() => this.#random(2) === 0).map((budget) => [budget, new Decimal(1 + this.#random(40)).dividedBy(100)] as const);
    const named = shares.reduce((sum, [, share]) => sum.plus(share), new Decimal(0));
    if (named.times(100).greaterThan(cents)) return;
    const allocations = await this.#expectStatus(200, 'POST', `/api/v1/transactions/${transaction.id}/splits/`, {
      splits: Object.fromEntries(shares.map(([budget, share]) => [budget, share.toFixed(2)])),
    });
    const sign = amount.isNegative() ? -1 : 1;
    transaction.allocations = new Map(shares.map(([budget, share]) => [budget, share.times(sign)]));
    transaction.allocations.set(account.unallocated, amount.minus(named.times(sign)));
    const category = this.#pick(['Home:Rent', 'Pets:Pet Food', 'Uncategorized:Unassigned']);
    await this.#expectStatus(200, 'PATCH', `/api/v1/allocations/${this.#pick(allocations as { id: string }[])?.id ?? ''}/`, { category });
  }

  async #transfer(account: WorkloadAccount): Promise<void> {
    const budgets = [account.unallocated, ...account.budgets];
    const source = budgets[this.#random(budgets.length)] ?? '';
    const destination = this.#pick(budgets.filter((budget) => budget !== source)) ?? '';
    const amount = this.#amount().abs();
    await this.#expectStatus(201, 'POST', '/api/v1/internal-transactions/', {
      bank_account: account.id,
      amount: amount.toFixed(2),
      src_budget: source,
      dst_budget: destination,
      ...(this.#random(2) === 0 ? {} : { effective_date: this.#instant() }),
    });
    this.transfers.push({ source, destination, amount });
  }

  async #delete(transaction: StandingTransaction): Promise<void> {
    await this.#expectStatus(204, 'DELETE', `/api/v1/transactions/${transaction.id}/`);
    this.transactions.delete(transaction.id);
  }

  async #settle(transaction: StandingTransaction): Promise<void> {
    await this.#expectStatus(200, 'PATCH', `/api/v1/transactions/${transaction.id}/`, { pending: false, transaction_type: this.#pick(['ach', 'fee', 'signature_purchase']) });
    transaction.pending = false;
  }

  async #expectStatus(status: number, method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const answer = await this.#api.send(method, path, body);
    expect(answer, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject({ status });
    return answer.body;
  }

  #anyAccount(): WorkloadAccount {
    const account = this.#pick(this.#accounts);
    if (!account) throw new Error('a client needs an account');
    return account;
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[this.#random(Math.max(1, items.length))];
  }

  /** Up to 50.00 in cents, of either sign, never 0. */
  #amount(): Decimal {
    return new Decimal(1 + this.#random(5000)).times(this.#random(2) === 0 ? 1 : -1).dividedBy(100);
  }

  /** Few distinct instants of one month, so that many entries share one. */
  #instant(): string {
    return `2026-11-${String(1 + this.#random(20)).padStart(2, '0')}T${this.#random(2) === 0 ? '08' : '16'}:00:00Z`;
  }
}

/** What all clients together must have brought about, by sums alone: the order of their requests does not matter to it. */
export async function expectBalances(api: Api, accounts: readonly WorkloadAccount[], clients: readonly LedgerClient[]): Promise<void> {
  const budgets = new Map<string, Decimal>();
  const available = new Map<string, Decimal>();
  const posted = new Map<string, Decimal>();
  const counts = new Map<string, number>();
  const add = (sums: Map<string, Decimal>, id: string, amount: Decimal): void => {
    sums.set(id, (sums.get(id) ?? new Decimal(0)).plus(amount));
  };
  for (const { account, amount, pending, allocations } of clients.flatMap((client) => [...client.transactions.values()])) {
    add(available, account.id, amount);
    if (!pending) add(posted, account.id, amount);
    counts.set(account.id, (counts.get(account.id) ?? 0) + 1);
    for (const [budget, share] of allocations) add(budgets, budget, share);
  }
  for (const { source, destination, amount } of clients.flatMap((client) => client.transfers)) {
    add(budgets, source, amount.negated());
    add(budgets, destination, amount);
  }
  const text = (sums: Map<string, Decimal>, id: string): string => (sums.get(id) ?? new Decimal(0)).toFixed(2);
  for (const account of accounts) {
    expect((await api.send('GET', `/api/v1/bank-accounts/${account.id}/`)).body).toMatchObject({
      available_balance: text(available, account.id),
      posted_balance: text(posted, account.id),
    });
    expect((await api.send('GET', `/api/v1/transactions/?bank_account=${account.id}&page_size=1`)).body).toMatchObject({ count: counts.get(account.id) ?? 0 });
    for (const budget of [account.unallocated, ...account.budgets]) {
      expect((await api.send('GET', `/api/v1/budgets/${budget}/`)).body).toMatchObject({ balance: text(budgets, budget) });
    }
  }
}
