import { afterEach, expect, it, vi } from 'vitest';

import { buildApp } from '../../src/main/app.ts';
import { buildServices } from '../../src/main/services.ts';
import { UserCache } from '../../src/auth/user-cache.ts';
import { Database } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { DatabaseProxy } from '../support/database-proxy.ts';
import { createUser } from '../support/factories.ts';

const server = useServer();
let cache: UserCache | undefined;

afterEach(async () => {
  await cache?.stop();
});

async function listeningCache(onLoss?: () => void): Promise<UserCache> {
  const made = new UserCache(server.db, onLoss);
  cache = made;
  await vi.waitFor(() => { expect(made.isListening).toBe(true); });
  return made;
}

/** How many statements a search for the user sends. */
async function queriesOf(users: UserCache, userId: number): Promise<number> {
  server.statements.length = 0;
  await users.find(userId);
  return server.statements.filter((text) => text.includes('FROM users')).length;
}

it('asks the database once for a user who does not change', async () => {
  const { id, username } = await createUser(server, { timezone: 'Asia/Tokyo' });
  const users = await listeningCache();
  expect([await queriesOf(users, id), await queriesOf(users, id), await queriesOf(users, id)]).toEqual([1, 0, 0]);
  expect(await users.find(id)).toEqual({ id, username, isStaff: false, isActive: true, timezone: 'Asia/Tokyo' });
  expect(await users.find(2_000_000_000)).toBeUndefined();
});

it('hears of changes that another process commits', async () => {
  const { id } = await createUser(server);
  const users = await listeningCache();
  await users.find(id);
  await server.db.pool.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
  await vi.waitFor(async () => { expect(await users.find(id)).toMatchObject({ isActive: false }); });
  await server.db.pool.query('DELETE FROM users WHERE id = $1', [id]);
  await vi.waitFor(async () => { expect(await users.find(id)).toBeUndefined(); });
});

it('does not remember an answer that a change has overtaken', async () => {
  const { id } = await createUser(server);
  const users = await listeningCache();
  const asked = users.find(id);
  users.forget(id);
  await asked;
  expect(await queriesOf(users, id)).toBe(1);
});

it('knows what this server itself has changed once the answer is out', async () => {
  const { id, token } = await createUser(server);
  const users = await listeningCache();
  const app = await buildApp(buildServices({ ...server, users }, server.app.log), server.app.log);
  for (const timezone of ['Asia/Tokyo', 'Europe/Berlin', 'America/Lima', 'UTC', 'Asia/Kolkata']) {
    await users.find(id);
    const response = await app.inject({ method: 'PATCH', url: '/api/v1/users/me/', headers: { authorization: `Bearer ${token}` }, payload: { timezone } });
    expect([response.statusCode, await users.find(id)]).toEqual([200, expect.objectContaining({ timezone })]);
  }
  await app.close();
});

it('remembers nothing while it cannot hear, and listens again', async () => {
  const { id } = await createUser(server);
  const onLoss = vi.fn();
  const users = await listeningCache(onLoss);
  await users.find(id);
  await server.db.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN mibudge_users%' AND datname = current_database()`);
  await vi.waitFor(() => { expect(onLoss).toHaveBeenCalledOnce(); });
  expect(await queriesOf(users, id)).toBe(1);
  await vi.waitFor(() => { expect(users.isListening).toBe(true); }, 10_000);
  await users.find(id);
  expect(await queriesOf(users, id)).toBe(0);
});

it('remembers nobody where LISTEN is answered but does nothing, as behind a pooler in transaction mode', async () => {
  const { id } = await createUser(server);
  const proxy = await DatabaseProxy.open(server.config.databaseUrl ?? '');
  proxy.deafen();
  const sent: string[] = [];
  const db = new Database(proxy.url, { onQuery: (text) => sent.push(text) });
  const users = new UserCache(db);
  // The proof has been notified twice: the first one has failed.
  await vi.waitFor(() => { expect(sent.filter((text) => text.includes('pg_notify'))).toHaveLength(2); }, 10_000);
  expect(users.isListening).toBe(false);
  await users.find(id);
  await server.db.pool.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
  expect(await users.find(id)).toMatchObject({ isActive: false });
  await users.stop();
  await db.close();
  await proxy.interrupt();
});

it('remembers nothing after it has stopped, and holds no connection', async () => {
  const { id } = await createUser(server);
  const users = await listeningCache();
  await users.find(id);
  await users.stop();
  expect([await queriesOf(users, id), await queriesOf(users, id)]).toEqual([1, 1]);
});

it('keeps a bounded number of users', async () => {
  const { rows } = await server.db.pool.query<{ id: number }>(
    `INSERT INTO users (username) SELECT 'many-' || n FROM generate_series(1, 10001) n RETURNING id`,
  );
  const users = await listeningCache();
  for (const { id } of rows) await users.find(id);
  const [first, last] = [rows.at(0)?.id ?? 0, rows.at(-1)?.id ?? 0];
  expect([await queriesOf(users, last), await queriesOf(users, first)]).toEqual([0, 1]);
});
