import supertest from 'supertest';
import { expect, test } from 'vitest';

import { statement } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createUser } from '../support/factories.ts';

const server = useServer();

const findJobs = statement<{ key: string }>('SELECT key FROM graphile_worker.jobs WHERE key LIKE $1');

test('the day only moves forward, the time is that of the last import, and funding is enqueued once', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const path = `/api/v1/bank-accounts/${account.id}/mark-imported/`;
  for (const [now, sent, kept] of [
    ['2026-11-20T08:00:00.000Z', '2026-11-19', '2026-11-19'],
    ['2026-11-20T09:00:00.000Z', '2026-11-10', '2026-11-19'],
    ['2026-11-20T10:00:00.000Z', '2026-11-20', '2026-11-20'],
  ] as const) {
    server.clock.set(now);
    const response = await user.http.post(path, { last_posted_through: sent });
    expect([response.status, response.body]).toEqual([200, { ...account, last_imported_at: now, last_posted_through: kept, modified_at: now }]);
  }
  expect(await server.db.rows(findJobs, [`%${account.id}`])).toEqual([{ key: `fund-account:${account.id}` }]);
});

test('a missing or bad date is 400 on its field, and nothing is enqueued', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const path = `/api/v1/bank-accounts/${account.id}/mark-imported/`;
  for (const body of [undefined, {}, { last_posted_through: null }, { last_posted_through: '' }, { last_posted_through: '2026-02-30' }, { last_posted_through: 20261120 }]) {
    const response = await user.http.post(path, body);
    expect([response.status, Object.keys(response.body as object)]).toEqual([400, ['last_posted_through']]);
  }
  expect(await server.db.rows(findJobs, [`%${account.id}`])).toEqual([]);
});

test('forms report an import, too', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const http = supertest(server.app.server);
  const path = `/api/v1/bank-accounts/${account.id}/mark-imported/`;
  const authorization = `Bearer ${user.token}`;
  const urlencoded = await http.post(path).set({ authorization }).type('form').send({ last_posted_through: '2026-11-01' });
  expect(urlencoded.body).toMatchObject({ last_posted_through: '2026-11-01' });
  const multipart = await http.post(path).set({ authorization }).field({ last_posted_through: '2026-11-02' });
  expect(multipart.body).toMatchObject({ last_posted_through: '2026-11-02' });
});
