/** A search goes over an index of trigrams: it must find what a look at each transaction finds, whatever the words. */
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Conditions } from '../../src/db/conditions.ts';
import { query } from '../../src/db/database.ts';
import { addTransactionFilters } from '../../src/transactions/transaction-filters.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestUser } from '../support/factories.ts';
import { isLong, seed } from '../support/long-mode.ts';

const server = useServer();
let user: TestUser;
/** A session that has nothing but an index for bitmaps, and so that of the search. */
let overIndex: pg.PoolClient;

interface Texts {
  description: string;
  rawDescription: string;
  party: string | null;
}
let rows: Texts[];

/** Few, so that texts have much in common; letters whose case is special, what combines, what a pattern means, what ends a word. */
const CHARACTERS = ['a', 'B', 'c', '1', 'é', 'É', 'e\u0301', 'İ', 'ı', 'i', 'I', 'ß', 'ẞ', 'Σ', 'σ', 'ς', 'ǅ', 'Ж', 'ж', '銀', '行', '😀', '%', '_', '\\', "'", '"', '-', '.', '$1'];
const character = fc.constantFrom(...CHARACTERS);
const word = fc.string({ unit: character, minLength: 1, maxLength: 6 });
const text = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const texts: fc.Arbitrary<Texts> = fc.record({ description: text, rawDescription: text, party: fc.option(text) });

beforeAll(async () => {
  user = await createUser(server);
  const account = await createBankAccount(server, user);
  rows = fc.sample(texts, { numRuns: 80, seed });
  const ids: string[] = [];
  for (const { rawDescription } of rows) ids.push((await createTransaction(user, account, { raw_description: rawDescription })).id);
  await server.db.rows(
    query<object>(`UPDATE transactions t SET description = new.description, party = new.party, raw_description = new.raw_description
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS new (id, description, raw_description, party) WHERE t.id = new.id`),
    [ids, rows.map(({ description }) => description), rows.map(({ rawDescription }) => rawDescription), rows.map(({ party }) => party)],
  );
  overIndex = await server.db.pool.connect();
  await overIndex.query('SET enable_indexscan = off');
});

afterAll(() => { overIndex.release(true); });

/** A term: any, or a part of a text, or what the end of one text and the beginning of the next would make together. */
const term = fc.oneof(
  word,
  fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 6 }), fc.constantFrom('lower', 'upper', 'same')).map(([row, start, length, turn]) => {
    const { description, rawDescription, party } = rows[row % rows.length] ?? { description: '', rawDescription: '', party: null };
    const characters = Array.from(`${description}\n${rawDescription}\n${party ?? ''}`.replaceAll(/\s/g, row % 2 ? '' : ' '));
    const part = characters.slice(start % characters.length, (start % characters.length) + length).join('').replaceAll(' ', '') || 'a';
    return { lower: part.toLowerCase(), upper: part.toUpperCase(), same: part }[turn];
  }),
);

const naive = (terms: readonly string[]): string =>
  terms.map((_term, index) => `(description ILIKE $${index + 1} OR raw_description ILIKE $${index + 1} OR party ILIKE $${index + 1})`).join(' AND ');

test('the index finds what a look at each text finds', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(term, { minLength: 1, maxLength: 3 }), async (terms) => {
      const patterns = terms.map((sent) => `%${sent.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`);
      const expected = await server.db.rows(query<{ id: string }>(`SELECT id FROM transactions WHERE ${naive(terms)} ORDER BY id`), patterns);
      const conditions = new Conditions({ areValuesPlanned: true });
      addTransactionFilters(conditions, { search: terms.join(' ') });
      const indexed = await overIndex.query<{ id: string }>(`SELECT id FROM transactions t WHERE true${conditions.and} ORDER BY id`);
      expect(indexed.rows).toEqual(expected);
      const response = await user.http.get(`/api/v1/transactions/?page_size=500&search=${encodeURIComponent(terms.join(' '))}`).expect(200);
      const { count, results } = response.body as { count: number; results: { id: string }[] };
      expect({ count, ids: results.map(({ id }) => id).sort() }).toEqual({ count: expected.length, ids: expected.map(({ id }) => id) });
      found += expected.length;
    }),
    { numRuns: isLong ? 5_000 : 150, seed },
  );
  expect(found).toBeGreaterThan(100);
});

test('and it is that index which was asked', async () => {
  const conditions = new Conditions({ areValuesPlanned: true });
  addTransactionFilters(conditions, { search: 'abc' });
  const plan = await overIndex.query<{ 'QUERY PLAN': string }>(`EXPLAIN SELECT id FROM transactions t WHERE true${conditions.and}`);
  expect(plan.rows.map((line) => line['QUERY PLAN']).join('\n')).toContain('Bitmap Index Scan on transactions_search');
});
