/** A list's `count` comes from counters, its rows from the table: they must agree for whatever is asked. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { parseFilterInstant } from '../../src/dates.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestTransaction, type TestUser } from '../support/factories.ts';
import { addOwner, expectSoundLedger } from '../support/ledger.ts';
import { isLong, seed } from '../support/long-mode.ts';

const server = useServer();

/** The edges of days in UTC, in Los Angeles, where clocks go back on the first of these days, and in Kolkata; and noon. */
const EDGES = ['2026-11-01', '2026-11-02', '2026-11-03'].flatMap((day) =>
  ['00:00:00.000', '00:00:00.001', '06:59:59.999', '07:00:00.000', '08:00:00.000', '12:00:00.000', '18:29:59.999', '18:30:00.000', '23:59:59.999'].map((time) => `${day}T${time}Z`),
);
const TYPES = ['', 'ach', 'fee'];
const TIMEZONES = ['UTC', 'America/Los_Angeles', 'Asia/Kolkata'] as const;

interface Owner {
  user: TestUser;
  timezone: string;
}
const owners: Owner[] = [];
let accounts: TestBankAccount[];
let transactions: (TestTransaction & { transaction_type: string })[];

const fields = fc.record({
  amount: fc.constantFrom('1.00', '-2.00', '3.00'),
  transaction_date: fc.constantFrom(...EDGES),
  posted_date: fc.constantFrom(...EDGES),
  transaction_type: fc.constantFrom(...TYPES),
  pending: fc.integer({ max: 3, min: 0 }).map((value) => value === 0),
});

beforeAll(async () => {
  for (const timezone of TIMEZONES) owners.push({ user: await createUser(server, { timezone }), timezone });
  const [first] = owners;
  if (!first) throw new Error('there is no owner');
  accounts = [await createBankAccount(server, first.user), await createBankAccount(server, first.user)];
  for (const account of accounts) for (const { user } of owners.slice(1)) await addOwner(server, account, user);
  for (const [index, sent] of fc.sample(fields, { numRuns: 60, seed }).entries()) await createTransaction(first.user, accounts[index % 2] ?? accounts[0] ?? { id: '' }, sent);
  // The other account has dates as far apart as they may be.
  const ends = ['1900-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'];
  for (const posted_date of ends) for (const transaction_date of ends) await createTransaction(first.user, accounts[1] ?? { id: '' }, { posted_date, transaction_date });
  const stranger = await createUser(server);
  for (const sent of fc.sample(fields, { numRuns: 5, seed })) await createTransaction(stranger, await createBankAccount(server, stranger), sent);
});

interface Page {
  count: number;
  next: string | null;
  results: (TestTransaction & { transaction_type: string })[];
}

async function page(user: TestUser, path: string): Promise<Page> {
  return (await user.http.get(path).expect(200)).body as Page;
}

/** All rows of a list, page by page, of which each tells the same count. */
async function walk(user: TestUser, query: URLSearchParams): Promise<Page[]> {
  const pages: Page[] = [];
  for (let url: string | null = `/api/v1/transactions/?${query.toString()}`; url !== null; ) {
    const next: Page = await page(user, url.replace(/^http:\/\/[^/]+/, ''));
    pages.push(next);
    url = next.next;
  }
  return pages;
}

const bound = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...EDGES) },
  { weight: 2, arbitrary: fc.constantFrom('2026-11-01', '2026-11-02', '2026-11-03', '2026-10-31') },
  { weight: 1, arbitrary: fc.constantFrom('0001-01-01', '1900-01-01', '9999-12-31', '9999-12-31T23:59:59.999Z', '2026-11-02T12:00:00.0009+05:30') },
);
const sometimes = <Value>(arbitrary: fc.Arbitrary<Value>, none: number): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 1, arbitrary }, { weight: none, arbitrary: fc.constant(undefined) });
const filters = fc.record({
  date_from: sometimes(bound, 1),
  date_to: sometimes(bound, 1),
  posted_date_from: sometimes(bound, 3),
  posted_date_to: sometimes(bound, 3),
  transaction_type: sometimes(fc.constantFrom(...TYPES.slice(1), 'wire_transfer'), 3),
  pending: sometimes(fc.constantFrom('true', 'false'), 1),
  search: sometimes(fc.constantFrom('SHOP', ' '), 8),
  account: sometimes(fc.constantFrom(0, 1, 2), 2),
  ordering: sometimes(fc.constantFrom('amount', '-created_at', '-amount,transaction_date'), 2),
});
type Filters = typeof filters extends fc.Arbitrary<infer Value> ? Value : never;

function matches(row: TestTransaction & { transaction_type: string }, asked: Filters, timezone: string): boolean {
  const within = (date: string, from: string | undefined, to: string | undefined): boolean =>
    (from === undefined || new Date(date) >= (parseFilterInstant(from, timezone, 'from') ?? new Date(NaN))) &&
    (to === undefined || new Date(date) <= (parseFilterInstant(to, timezone, 'to') ?? new Date(NaN)));
  return (
    within(row.transaction_date, asked.date_from, asked.date_to) &&
    within(row.posted_date, asked.posted_date_from, asked.posted_date_to) &&
    (asked.transaction_type === undefined || row.transaction_type === asked.transaction_type) &&
    (asked.pending === undefined || String(row.pending) === asked.pending) &&
    (asked.account === undefined || row.bank_account === accounts[asked.account]?.id)
  );
}

/** Asks for random combinations, each of a random owner and in pages of a random size. */
async function expectTrueCounts(): Promise<void> {
  const [first] = owners;
  transactions = first ? (await page(first.user, '/api/v1/transactions/?page_size=500')).results : [];
  const ask = fc.asyncProperty(filters, fc.constantFrom(...owners), fc.constantFrom(7, 100), async (asked, { user, timezone }, size) => {
    const { account, ...rest } = asked;
    // The third account is nobody's.
    const query = new URLSearchParams({ ...(account === undefined ? {} : { bank_account: accounts[account]?.id ?? '01900000-0000-7000-8000-000000000000' }), page_size: String(size) });
    for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.set(name, value);
    const pages = await walk(user, query);
    const rows = pages.flatMap(({ results }) => results);
    expect(new Set(pages.map(({ count }) => count))).toEqual(new Set([rows.length]));
    const expected = transactions.filter((row) => matches(row, asked, timezone));
    expect(rows.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
    query.set('page', 'last');
    expect(await page(user, `/api/v1/transactions/?${query.toString()}`)).toEqual(pages.at(-1));
  });
  await fc.assert(ask, { numRuns: isLong ? 3_000 : 150, seed });
  await expectSoundLedger(server);
}

describe('every combination of filters counts what its pages hold, and its last page is the last of them', () => {
  test('after creations', expectTrueCounts);

  test('after deletions, changes of type, and posting', async () => {
    const [first] = owners;
    if (!first) throw new Error('there is no owner');
    for (const [index, { id, pending, transaction_type }] of transactions.entries()) {
      const path = `/api/v1/transactions/${id}/`;
      if (index % 5 === 0) await first.user.http.delete(path).expect(204);
      else if (index % 5 === 1) await first.user.http.patch(path, { transaction_type: transaction_type === 'ach' ? 'wire_transfer' : 'ach' }).expect(200);
      else if (index % 5 === 2) await first.user.http.patch(path, { transaction_type, memo: 'as it was' }).expect(200);
      else if (pending) await first.user.http.patch(path, { pending: false }).expect(200);
    }
    await expectTrueCounts();
  });
});

test('dates at both ends of time, which no difference may leave', async () => {
  const user = await createUser(server);
  await createTransaction(user, await createBankAccount(server, user), { posted_date: '9999-12-31T23:59:59.999Z', transaction_date: '1900-01-01T00:00:00Z' });
  for (const [query, count] of [['posted_date_to=1900-01-01', 0], ['posted_date_from=1900-01-01', 1], ['posted_date_to=9999-12-31', 1], ['date_to=1900-01-01', 1], ['date_from=9999-12-31', 0]] as const) {
    const { count: counted, results } = await page(user, `/api/v1/transactions/?${query}`);
    expect([query, counted, results.length]).toEqual([query, count, count]);
  }
});
