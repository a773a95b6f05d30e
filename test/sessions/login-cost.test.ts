import * as argon2 from '@node-rs/argon2';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Response } from 'supertest';

import { deactivateUser } from '../../src/users/deactivate-user.ts';
import { setPassword } from '../../src/users/set-password.ts';
import { useServer } from '../support/app.ts';
import { createUser, HttpClient } from '../support/factories.ts';
import { waitUntil } from '../support/waiting.ts';

vi.mock('@node-rs/argon2', async (original) => {
  const actual = await original<typeof argon2>();
  return { ...actual, hash: vi.fn(actual.hash), verify: vi.fn(actual.verify) };
});

const server = useServer({ MIBUDGE_THROTTLE_LOGIN: '10/minute', MIBUDGE_TRUST_PROXY: '1' });
const http = new HttpClient(server);

let openGate = (): void => undefined;

afterEach(() => {
  openGate();
  vi.mocked(argon2.hash).mockReset();
});

/** How many argon2 computations of full cost an attempt to log in takes: nearly all of its time. */
async function computationsOf(username: string, password: string): Promise<number> {
  vi.clearAllMocks();
  await http.post('/api/token/', { username, password });
  return vi.mocked(argon2.hash).mock.calls.length + vi.mocked(argon2.verify).mock.calls.length;
}

it('costs the same whether the user exists, is active, or can log in at all', async () => {
  const password = 'a password of full cost';
  const active = await createUser(server);
  await server.mutations.run((tx, now) => setPassword(tx, { username: active.username, password: password }, now));
  const inactive = await createUser(server);
  await server.mutations.run((tx, now) => setPassword(tx, { username: inactive.username, password: password }, now));
  await server.mutations.run((tx, now) => deactivateUser(tx, inactive.username, now));
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
  await server.mutations.run((tx, now) => setPassword(tx, { username: username, password: 'a password of full cost' }, now));
  // 1,200 bytes as they are sent, 800 in form NFC.
  const tooLong = 'e\u0301'.repeat(400);
  expect(await computationsOf('nobody', tooLong)).toBe(1);
  expect(vi.mocked(argon2.hash).mock.lastCall?.[0]).toBe('');
  expect(await computationsOf(username, tooLong)).toBe(1);
  expect(vi.mocked(argon2.verify).mock.lastCall?.[1]).toBe('');
});

function logIn(user: { username: string; password: string }, address: string): Promise<Response> {
  const { username, password } = user;
  return Promise.resolve(http.post('/api/token/').set('x-forwarded-for', address).send({ username, password }));
}

/** Lets 200 people whom nobody knows log in at once, while no hash ends until the gate opens. */
function sendWave(addressOf: (index: number) => string): { answers: Response[]; all: Promise<Response[]> } {
  const gate = Promise.withResolvers<string>();
  openGate = () => { gate.resolve('a hash'); };
  vi.mocked(argon2.hash).mockClear().mockImplementation(() => gate.promise);
  const answers: Response[] = [];
  const wave = Array.from({ length: 200 }, async (_, index) => {
    const answer = await logIn({ username: `nobody-${index}`, password: 'a guess' }, addressOf(index));
    answers.push(answer);
    return answer;
  });
  return { answers, all: Promise.all(wave) };
}

function countByStatus(answers: Response[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a wave of logins', () => {
  it('costs few hashes, however many come from however many addresses, and does not keep out who is known', async () => {
    const owner = await createUser(server);
    const home = '203.0.113.1';
    expect((await logIn(owner, home)).status).toBe(200);
    const { answers, all } = sendWave((index) => `198.51.100.${index}`);
    await waitUntil('all are refused for whom there is no room', () => Promise.resolve(answers.length >= 167));
    expect(countByStatus(answers)).toEqual({ 503: 167 });
    expect(new Set(answers.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['2']));
    await waitUntil('the first one hashes', () => Promise.resolve(vi.mocked(argon2.hash).mock.calls.length > 0));
    expect((await logIn(owner, home)).status).toBe(200);
    expect(vi.mocked(argon2.hash)).toHaveBeenCalledTimes(1);
    openGate();
    expect(countByStatus(await all)).toEqual({ 503: 167, 401: 33 });
    expect(vi.mocked(argon2.hash)).toHaveBeenCalledTimes(33);
  });

  it('of one address is refused before it hashes', async () => {
    const { answers, all } = sendWave(() => '203.0.113.2');
    await waitUntil('all are refused but the first few', () => Promise.resolve(answers.length >= 192));
    expect(countByStatus(answers)).toEqual({ 429: 192 });
    expect(answers[0]?.body).toEqual({ detail: 'Request was throttled. Expected available in 1 seconds.' });
    openGate();
    expect(countByStatus(await all)).toEqual({ 429: 192, 401: 8 });
    expect(vi.mocked(argon2.hash)).toHaveBeenCalledTimes(8);
  });
});
