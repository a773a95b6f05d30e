import pg from 'pg';
import type { Response } from 'supertest';
import { expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createUser, HttpClient } from '../support/factories.ts';
import { waitUntil } from '../support/waiting.ts';

const CONNECTIONS = 3;

let databaseUrl: string;
const server = useServer(
  {},
  {
    maximumConnections: CONNECTIONS,
    connectThrough: (url) => {
      databaseUrl = url;
      return Promise.resolve(url);
    },
  },
);
const http = new HttpClient(server);

it('says that it lives, to anyone', async () => {
  const response = await http.get('/healthz');
  expect([response.status, response.body, response.headers['cache-control']]).toEqual([200, { status: 'ok' }, 'no-store']);
});

it('is ready while the database answers and has all migrations', async () => {
  expect((await http.get('/readyz')).body).toEqual({ status: 'ready', database: 'ok', migrations: 'ok' });

  await server.db.pool.query('ALTER TABLE _prisma_migrations RENAME TO hidden_migrations');
  const pending = await http.get('/readyz');
  await server.db.pool.query('ALTER TABLE hidden_migrations RENAME TO _prisma_migrations');
  expect([pending.status, pending.body]).toEqual([503, { status: 'unavailable', database: 'ok', migrations: 'pending' }]);
  expect((await http.get('/readyz')).status).toBe(200);
});

it('is ready while all connections for requests are in use', async () => {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => server.db.pool.connect()));
  const ready = await http.get('/readyz');
  for (const client of clients) client.release();
  expect([ready.status, ready.body]).toEqual([200, { status: 'ready', database: 'ok', migrations: 'ok' }]);
});

it('is not ready while the database takes no changes, which are then 503, and is again once it does', async () => {
  const user = await createUser(server);
  const logIn = (): PromiseLike<Response> => http.post('/api/token/', { username: user.username, password: user.password });
  const change = (): PromiseLike<Response> => user.http.patch('/api/v1/users/me/', { name: 'Alice' });

  await closeToChanges('on');
  const unready = await http.get('/readyz');
  const refused = [await logIn(), await change()];
  await user.http.get('/api/v1/users/me/').expect(200);
  await closeToChanges('off');
  expect([unready.status, unready.body]).toEqual([503, { status: 'unavailable', database: 'read-only', migrations: 'ok' }]);
  for (const { status, headers } of refused) expect([status, headers['retry-after']]).toEqual([503, '5']);

  expect((await http.get('/readyz')).status).toBe(200);
  // Each refusal has ended the session that it came from, so that they are few.
  for (const request of [logIn, change]) await waitUntil('changes are taken again', async () => (await request()).status === 200);
});

/** Makes new sessions read-only or not; with `on` the present ones end, as they do when a standby takes over. */
async function closeToChanges(state: 'on' | 'off'): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c default_transaction_read_only=off' });
  await client.connect();
  await client.query(`DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${state}', current_database()); END $$`);
  if (state === 'on') await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()');
  await client.end();
}

it('shows people a page that needs nothing from elsewhere, and whose links lead somewhere', async () => {
  const response = await http.get('/');
  expect([response.status, response.type]).toEqual([200, 'text/html']);
  expect(response.text).not.toMatch(/<script|src=|https?:\/\/|style="| on\w+=/);
  const policy = String(response.headers['content-security-policy']);
  expect(policy).toMatch(/style-src [^;]*'unsafe-inline'/);
  const links = [...response.text.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link ?? '');
  expect(links).toHaveLength(6);
  for (const link of links) expect([link, (await http.get(link)).status]).toEqual([link, 200]);
});
