import { afterAll, beforeAll, expect, it } from 'vitest';

import { Database, query } from '../../src/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const settings = query<{ path: string; timezone: string; scans: string; instant: string }>(
  `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS timezone, current_setting('enable_seqscan') AS scans,
     timestamptz '2026-11-20 09:00:00+01' AS instant`,
);

it('the options of a configured URL and the server\'s own both hold', async () => {
  const url = new URL(database.url);
  url.searchParams.set('options', '-c search_path=budget,public -c TimeZone=Europe/Berlin');
  const db = new Database(url.href);
  try {
    expect(await db.row(settings)).toEqual({ path: 'budget,public', timezone: 'UTC', scans: 'off', instant: '2026-11-20T08:00:00.000Z' });
  } finally {
    await db.close();
  }
});
