import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ConfigError, loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { startServer } from '../../src/main/start-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'mibudge-test-start-'));
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** What stops the start with these variables. */
async function failureWith(environment: Record<string, string>): Promise<unknown> {
  const config = loadConfig({ DATABASE_URL: database.url, MIBUDGE_DATA_DIR: dataDirectory, MIBUDGE_JOBS: 'off', LOG_LEVEL: 'silent', PORT: '0', ...environment });
  try {
    await (await startServer(config, { log: createLog(config) })).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('stops with one line when nobody listens at DATABASE_URL, or has no such database', async () => {
  const missing = new URL(database.url);
  missing.pathname = '/no_such_database';
  for (const [url, code] of [['postgresql://127.0.0.1:1/mibudge', 'ECONNREFUSED'], [missing.href, '3D000']] as const) {
    const failure = await failureWith({ DATABASE_URL: url });
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure).toHaveProperty('message', `DATABASE_URL must be a database that can be reached and opened (${code})`);
  }
});

it('stops with one line when the address is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => { other.listen(0, '127.0.0.1', resolve); });
  const failure = await failureWith({ PORT: String((other.address() as AddressInfo).port) });
  await new Promise((resolve) => { other.close(resolve); });
  expect(failure).toBeInstanceOf(ConfigError);
  expect(failure).toHaveProperty('message', 'HOST and PORT must be an address of this machine that is free (EADDRINUSE)');
});
