import { pino } from 'pino';
import supertest from 'supertest';
import { expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createUser, HttpClient } from '../support/factories.ts';

/** The server's log, line by line. */
const logged: unknown[] = [];
const server = useServer({}, { log: pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) }) });

const findJobs = query<{ key: string }>('SELECT key FROM graphile_worker.jobs WHERE key LIKE $1');

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

test('with lower the day moves back, too: the log says who did it, what was funded stays, and later dates wait again', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { posted_balance: '100' });
  await createBudget(user, account, { name: 'Daily', funding_type: 'F', funding_amount: '1', target_balance: '0', funding_schedule: 'FREQ=DAILY' });
  const http = new HttpClient(server, user.token);
  const path = `/api/v1/bank-accounts/${account.id}`;
  const report = async (body: object): Promise<unknown> => ((await http.post(`${path}/mark-imported/`, body).expect(200)).body as { last_posted_through: string }).last_posted_through;
  const isAudit = (line: unknown): boolean => typeof line === 'object' && line !== null && 'audit' in line;
  expect(await report({ last_posted_through: '2926-11-20', lower: true })).toBe('2926-11-20');
  await http.post(`${path}/run-funding/`, { as_of: '2026-11-23' }).expect(200);
  expect(await report({ last_posted_through: '2026-11-21', lower: false })).toBe('2926-11-20');
  expect(logged.filter(isAudit)).toEqual([]);

  expect(await report({ last_posted_through: '2026-11-21', lower: true })).toBe('2026-11-21');
  expect(logged.filter(isAudit)).toMatchObject([
    { level: 40, audit: 'last_posted_through_lowered', bankAccount: account.id, userId: user.id, from: '2926-11-20', to: '2026-11-21', reqId: expect.any(String) as string },
  ]);
  // Nothing of the three events is undone or done again, and the next ones wait for imports.
  expect((await http.post(`${path}/run-funding/`, { as_of: '2026-11-30' })).body).toMatchObject({ deferred: true, events: [] });
  expect((await http.get(`/api/v1/funding-events/?bank_account=${account.id}`)).body).toMatchObject({ count: 3 });
  expect(await report({ last_posted_through: '2026-11-24' })).toBe('2026-11-24');
  expect((await http.post(`${path}/run-funding/`, { as_of: '2026-11-30' })).body).toMatchObject({ deferred: true, events: [{ date: '2026-11-24' }] });

  const stranger = await createUser(server, { staff: true });
  expect((await stranger.http.post(`${path}/mark-imported/`, { last_posted_through: '2026-11-01', lower: true })).status).toBe(404);
  const refused = await http.post(`${path}/mark-imported/`, { last_posted_through: '2026-11-01', lower: 'perhaps' });
  expect([refused.status, refused.body]).toEqual([400, { lower: ['Must be a valid boolean.'] }]);
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
