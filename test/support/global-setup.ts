import { randomBytes } from 'node:crypto';

import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { openThrowAwayPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { migrate } from '../../src/db/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database of the server on which the tests make theirs. */
    serverUrl: string;
    /** The migrated, empty database that they clone. */
    templateName: string;
  }
}

/**
 * Gives the test run a Postgres of its own, gone with everything in it when the run ends however it ends, or the one
 * that MIBUDGE_TEST_DATABASE_URL names; and on it the template database.
 *
 * @returns what ends it
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['MIBUDGE_TEST_DATABASE_URL'];
  const postgres = given === undefined ? await openThrowAwayPostgres() : null;
  const serverUrl = postgres?.connectionString ?? given ?? '';
  const templateName = `mibudge_template_${randomBytes(6).toString('hex')}`;
  const teardown = async (): Promise<void> => {
    if (postgres === null) await onServer(serverUrl, `DROP DATABASE IF EXISTS ${templateName} WITH (FORCE)`);
    else await postgres.stop();
  };
  try {
    await onServer(serverUrl, `CREATE DATABASE ${templateName}`);
    await migrateTemplate(serverUrl, templateName);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('serverUrl', serverUrl);
  project.provide('templateName', templateName);
  return teardown;
}

async function migrateTemplate(serverUrl: string, templateName: string): Promise<void> {
  const url = new URL(serverUrl);
  url.pathname = `/${templateName}`;
  const pool = new pg.Pool({ connectionString: url.href });
  // The job queue warns about a pool without these.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}

async function onServer(serverUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
