import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

/** A database of one test file. */
export interface TestDatabase {
  /** Its connection string. */
  url: string;
  /** Removes it, with whatever is still connected. */
  drop(): Promise<void>;
}

/**
 * Makes a database for one test file: a copy of the migrated template, or an empty one.
 *
 * @param options `empty`: without any table, for tests of the migrations themselves
 * @returns the database
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const name = `mibudge_test_${process.pid}_${randomBytes(6).toString('hex')}`;
  const template = options.empty === true ? 'template0' : inject('templateName');
  const url = new URL(inject('serverUrl'));
  url.pathname = `/${name}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('serverUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
