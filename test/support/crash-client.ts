import type { Api } from './api.ts';

export interface CrashAccount {
  id: string;
  unallocated_budget: string;
  /** The budget that transfers and splits go to. */
  budget: string;
}

/** Which writes were answered with success, and which may or may not have happened, by what makes each unique. */
export class Writes {
  readonly answered = new Set<string>();
  readonly unanswered = new Set<string>();

  /** Notes what became of a write. */
  note(key: string, answered: boolean): void {
    this.unanswered.delete(key);
    (answered ? this.answered : this.unanswered).add(key);
  }

  /** From now on it is known which of the unanswered ones are there. */
  settle(present: ReadonlySet<string>): void {
    for (const key of this.unanswered) if (present.has(key)) this.answered.add(key);
    this.unanswered.clear();
  }
}

/** A client that writes and writes, and keeps book of what it was answered. */
export class CrashClient {
  /** By raw description. */
  readonly transactions = new Writes();
  /** By effective date. */
  readonly transfers = new Writes();
  /** By the id of the transaction. */
  readonly splits = new Writes();
  readonly #number: number;
  readonly #account: CrashAccount;
  #count = 0;

  constructor(number: number, account: CrashAccount) {
    this.#number = number;
    this.#account = account;
  }

  /** How many writes were answered with success. */
  get answers(): number {
    return this.transactions.answered.size + this.transfers.answered.size + this.splits.answered.size;
  }

  /** Writes until told to stop; failures of the kinds that a crash may cause do not end it. */
  async run(api: () => Api, isStopped: () => boolean): Promise<void> {
    while (!isStopped()) {
      this.#count += 1;
      const id = await this.#post(api());
      if (id !== undefined && this.#count % 2 === 0) await this.#split(api(), id);
      if (this.#count % 3 === 0) await this.#transfer(api());
    }
  }

  async #post(api: Api): Promise<string | undefined> {
    const key = `CLIENT ${this.#number} WRITE ${this.#count}`;
    const body = await this.#write(this.transactions, key, () =>
      api.send('POST', '/api/v1/transactions/', {
        bank_account: this.#account.id,
        amount: '-10.00',
        posted_date: `2026-11-${String(1 + (this.#count % 20)).padStart(2, '0')}T12:00:00Z`,
        transaction_type: '',
        raw_description: key,
      }),
    );
    return typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string' ? body.id : undefined;
  }

  async #split(api: Api, id: string): Promise<void> {
    await this.#write(this.splits, id, () => api.send('POST', `/api/v1/transactions/${id}/splits/`, { splits: { [this.#account.budget]: '4.00' } }));
  }

  async #transfer(api: Api): Promise<void> {
    const effectiveDate = new Date(Date.UTC(2026, 0, 1 + this.#number) + this.#count).toISOString();
    await this.#write(this.transfers, effectiveDate, () =>
      api.send('POST', '/api/v1/internal-transactions/', {
        bank_account: this.#account.id,
        amount: '1.00',
        src_budget: this.#account.unallocated_budget,
        dst_budget: this.#account.budget,
        effective_date: effectiveDate,
      }),
    );
  }

  async #write(writes: Writes, key: string, send: () => ReturnType<Api['send']>): Promise<unknown> {
    writes.note(key, false);
    try {
      const { status, body } = await send();
      if (status < 300) writes.note(key, true);
      else if (status !== 503) throw new Error(`${key}: ${status} ${JSON.stringify(body)}`);
      return body;
    } catch (error) {
      // No answer, or half of one: what fetch throws when the server dies.
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}
