import * as argon2 from '@node-rs/argon2';
import { expect, it, vi } from 'vitest';

import { deactivateUser } from '../../src/users/deactivate-user.ts';
import { setPassword } from '../../src/users/set-password.ts';
import { useServer } from '../support/app.ts';
import { createUser, HttpClient } from '../support/factories.ts';

vi.mock('@node-rs/argon2', async (original) => {
  const actual = await original<typeof argon2>();
  return { ...actual, hash: vi.fn(actual.hash), verify: vi.fn(actual.verify) };
});

const server = useServer();
const http = new HttpClient(server);

/** How many argon2 computations of full cost an attempt to log in takes: nearly all of its time. */
async function computationsOf(username: string, password: string): Promise<number> {
  vi.clearAllMocks();
  await http.post('/api/token/', { username, password });
  return vi.mocked(argon2.hash).mock.calls.length + vi.mocked(argon2.verify).mock.calls.length;
}

it('costs the same whether the user exists, is active, or can log in at all', async () => {
  const password = 'a password of full cost';
  const active = await createUser(server);
  await setPassword(server.db, active.username, password, server.clock);
  const inactive = await createUser(server);
  await setPassword(server.db, inactive.username, password, server.clock);
  await deactivateUser(server.db, inactive.username, server.clock);
  expect([
    await computationsOf(active.username, password),
    await computationsOf(active.username, 'not the password'),
    await computationsOf(inactive.username, password),
    await computationsOf('nobody', password),
    await computationsOf('no name at all!', password),
    await computationsOf('funding-system', password),
  ]).toEqual([1, 1, 1, 1, 1, 1]);
  expect(vi.mocked(argon2.hash).mock.lastCall?.[1]).toEqual({ memoryCost: 9_216, timeCost: 4, parallelism: 1, outputLen: 32 });
});

it('costs the same for text that is too long to be a password, of which nothing is touched', async () => {
  const { username } = await createUser(server);
  await setPassword(server.db, username, 'a password of full cost', server.clock);
  // 1,200 bytes as they are sent, 800 in form NFC.
  const tooLong = 'e\u0301'.repeat(400);
  expect(await computationsOf('nobody', tooLong)).toBe(1);
  expect(vi.mocked(argon2.hash).mock.lastCall?.[0]).toBe('');
  expect(await computationsOf(username, tooLong)).toBe(1);
  expect(vi.mocked(argon2.verify).mock.lastCall?.[1]).toBe('');
});
