import { expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { HttpClient } from '../support/factories.ts';

const server = useServer();
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
