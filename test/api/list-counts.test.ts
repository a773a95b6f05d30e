/** Whatever a list is narrowed to, its `count`, its pages and its last page are about the same rows. Lists and filters come from the document. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { openApiDocument, operationsOf } from '../contract/document.ts';
import { importThrough, runFunding } from '../funding/engine/funded-account.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestUser } from '../support/factories.ts';
import { isLong, seed } from '../support/long-mode.ts';

const server = useServer();
let user: TestUser;
let lists: List[];

/** A list's path, and what it can be narrowed by: parameter → values. */
interface List {
  path: string;
  filters: ReadonlyMap<string, readonly string[]>;
}

beforeAll(async () => {
  user = await createUser(server, { timezone: 'Asia/Kolkata', staff: true });
  for (const account_type of ['C', 'S']) await fillAccount(account_type);
  await createUser(server);
  const document = openApiDocument.parse((await server.http.get('/api/v1/schema/?format=json')).body);
  const operations = operationsOf(document).filter(({ method, parameters }) => method === 'GET' && parameters.some(({ name }) => name === 'page'));
  const rows = new Map<string, Row[]>();
  for (const { path } of operations) rows.set(path, (await page(path, {})).results);
  lists = operations.map(({ path, parameters }) => {
    const filters = parameters.filter(({ name }) => !['page', 'page_size', 'ordering'].includes(name));
    return { path, filters: new Map(filters.map(({ name, schema }) => [name, valuesOf(name, schema, rows.get(path) ?? [], [...rows.values()].flat())])) };
  });
});

/** An account with some of everything: two dates apart, every kind of budget, splits, transfers, and events of its budgets. */
async function fillAccount(account_type: string): Promise<void> {
  server.clock.set('2026-11-20T08:00:00Z');
  const account = await createBankAccount(server, user, { account_type, posted_balance: '1000' });
  const [food, fun, old] = [await createBudget(user, account, { name: 'Food', budget_type: 'C' }), await createBudget(user, account, { name: 'Fun' }), await createBudget(user, account, { name: 'Old food' })];
  const weekly = { funding_type: 'F', funding_amount: '5', funding_schedule: 'FREQ=WEEKLY;BYDAY=MO' };
  await createBudget(user, account, { name: 'Rent', budget_type: 'R', recurrance_schedule: 'FREQ=WEEKLY;BYDAY=TU', ...weekly });
  await createBudget(user, account, { name: 'Paused', paused: true, ...weekly });
  await importThrough(server, account, '2030-12-31');
  await runFunding({ ...account, user }, '2026-12-24');
  await user.http.post(`/api/v1/budgets/${old.id}/archive/`).expect(200);
  for (let number = 0; number < 8; number += 1) {
    server.clock.set(new Date(Date.UTC(2026, 10, 21, number)).toISOString());
    const { id } = await createTransaction(user, account, {
      raw_description: `${number % 3 === 0 ? 'BAKERY' : 'CINEMA'} ${number % 4}`,
      transaction_type: ['ach', 'fee', ''][number % 3],
      pending: number % 4 === 0,
      transaction_date: new Date(Date.UTC(2026, 10, 1 + ((number * 5) % 8), number * 5)).toISOString(),
      posted_date: new Date(Date.UTC(2026, 10, 1 + ((number * 7) % 8), number * 3)).toISOString(),
    });
    const split = await user.http.post(`/api/v1/transactions/${id}/splits/`, { splits: { [food.id]: '1.00', [fun.id]: '2.00' } }).expect(200);
    const [first] = split.body as { id: string }[];
    if (number % 2 === 0) await user.http.patch(`/api/v1/allocations/${first?.id ?? ''}/`, { category: ['Home:Rent', 'Travel:Train'][(number / 2) % 2] }).expect(200);
    await createTransfer(user, account, number % 3 === 0 ? account.unallocated_budget : food.id, fun.id, { amount: '1.00' });
  }
}

type Row = Readonly<Record<string, unknown>>;

interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: Row[];
}

async function get(url: string): Promise<Page> {
  return (await user.http.get(url).expect(200)).body as Page;
}

function page(path: string, query: Readonly<Record<string, string>>): Promise<Page> {
  return get(`${path}?${new URLSearchParams({ page_size: '500', ...query }).toString()}`);
}

const DAY = /^\d{4}-\d\d-\d\d/;

/** What to narrow by: what stands in fields of that name, else the dates or the words of the list's own rows. */
function valuesOf(name: string, { type, format }: { type?: unknown; format?: string | undefined }, own: readonly Row[], all: readonly Row[]): string[] {
  if (type === 'boolean') return ['true', 'false'];
  const named = [own, all].map((rows) => textsOf(rows.map((row) => row[name]))).find((texts) => texts.length > 0);
  if (named) return named;
  const texts = textsOf(own.flatMap((row) => Object.values(row)));
  const days = texts.filter((text) => DAY.test(text));
  if (format === 'date') return textsOf(days.map((text) => text.slice(0, 10)));
  if (format === 'date-time') return textsOf(days.flatMap((text) => [text, text.slice(0, 10)]));
  return textsOf(texts.flatMap((text) => text.split(/\s/)).filter((text) => /^[a-z]+$/i.test(text)));
}

function textsOf(values: readonly unknown[]): string[] {
  return [...new Set(values)].filter((value): value is string => typeof value === 'string' && value !== '');
}

const keyOf = (row: object): string => JSON.stringify(row);
const keysOf = ({ results }: Page): Set<string> => new Set(results.map(keyOf));

/** All pages, from the first one on by their links. */
async function walk(url: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (let [next, previous]: [string | null, string | null] = [url, null]; next !== null; ) {
    const found = await get(next);
    expect(pathOf(found.previous)).toBe(previous);
    pages.push(found);
    [next, previous] = [pathOf(found.next), next];
  }
  return pages;
}

const pathOf = (url: string | null): string | null => url?.replace(/^http:\/\/[^/]+/, '') ?? null;

/** A value for each of these filters. */
function valuesFor({ filters }: List, names: readonly string[]): fc.Arbitrary<Record<string, string>> {
  return fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(filters.get(name) ?? []))])));
}

/** Each filter alone, and each two of them. */
function fewOf({ filters }: List): string[][] {
  const names = [...filters.keys()];
  return names.flatMap((one, index) => [[one], ...names.slice(index + 1).map((other) => [one, other])]);
}

const ordering = fc.constantFrom('', 'created_at', '-created_at', 'amount', '-name', 'date', '-transaction_date,amount');

test('every filter of every list leaves rows out', async () => {
  for (const { path, filters } of lists) {
    const { count } = await page(path, {});
    for (const [name, values] of filters) {
      let narrows = false;
      for (let index = 0; !narrows && index < values.length; index += 1) {
        const { results } = await page(path, { [name]: values[index] ?? '' });
        narrows = results.length > 0 && results.length < count;
      }
      expect([path, name, narrows]).toEqual([path, name, true]);
    }
  }
});

test('every combination of filters has the rows that each of its filters has; count, pages, links and the last page agree', async () => {
  expect(lists.length).toBeGreaterThanOrEqual(8);
  for (const list of lists) {
    const alone = new Map<string, Promise<Set<string>>>();
    const rowsOf = (name: string, value: string): Promise<Set<string>> => {
      const key = `${name}=${value}`;
      const rows = alone.get(key) ?? page(list.path, { [name]: value }).then(keysOf);
      alone.set(key, rows);
      return rows;
    };
    const whole = [...keysOf(await page(list.path, {}))];
    const expectAgreement = async (filters: Record<string, string>, order: string, pageCount: number): Promise<void> => {
      const each = await Promise.all(Object.entries(filters).map(([name, value]) => rowsOf(name, value)));
      const expected = whole.filter((row) => each.every((rows) => rows.has(row)));
      const pageSize = String(Math.max(1, Math.ceil(expected.length / pageCount)));
      const url = `${list.path}?${new URLSearchParams({ ...filters, ordering: order, page_size: pageSize }).toString()}`;
      const pages = await walk(url);
      expect(pages.map(({ count }) => count)).toEqual(pages.map(() => expected.length));
      expect(pages.flatMap(({ results }) => results.map(keyOf)).sort()).toEqual(expected.sort());
      expect(await get(`${url}&page=last`)).toEqual(pages.at(-1));
    };
    const numRuns = isLong ? 100 : 2;
    const expectAgreementOf = (combinations: fc.Arbitrary<Record<string, string>>, runs: number): Promise<void> =>
      fc.assert(fc.asyncProperty(combinations, ordering, fc.integer({ min: 1, max: 3 }), expectAgreement), { numRuns: runs, seed });
    // A counter that leaves a filter out is likely to be seen where few are given.
    for (const names of fewOf(list)) await expectAgreementOf(valuesFor(list, names), numRuns);
    await expectAgreementOf(fc.subarray([...list.filters.keys()]).chain((names) => valuesFor(list, names)), 5 * numRuns);
  }
});
