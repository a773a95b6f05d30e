import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { migrationStatus, schemaDiff } from '../../tools/schema-diff.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(async () => {
  await database.drop();
});

test('the migrations make exactly the tables that the Prisma schema describes', async () => {
  expect(await schemaDiff(database.url)).toBe('');
});

test('a column that only the schema has is reported', async () => {
  const schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  const changed = schema.replace(/^model Bank \{$/m, 'model Bank {\n  motto String?');
  expect(await schemaDiff(database.url, changed)).toContain('ADD COLUMN     "motto" TEXT');
});

test("Prisma's own engine finds the history that our runner wrote complete and unedited", async () => {
  expect(await migrationStatus(database.url)).toEqual({ edited: [], failed: [], difference: null });
});
