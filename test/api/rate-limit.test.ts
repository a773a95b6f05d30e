import fastCheck from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Response } from 'supertest';

import { subscriberOf } from '../../src/auth/network-address.ts';
import { WindowCounter } from '../../src/auth/window-counter.ts';
import { TestClock, useServer } from '../support/app.ts';
import { createUser, HttpClient, type TestUser } from '../support/factories.ts';

const server = useServer({
  MIBUDGE_THROTTLE_ANON: '4/hour',
  MIBUDGE_THROTTLE_USER: '5/hour',
  MIBUDGE_THROTTLE_LOGIN: '3/minute',
  MIBUDGE_TRUST_PROXY: 'loopback',
});
const http = new HttpClient(server);

let networks = 0;

/** An address that no other test uses. */
function newAddress(): string {
  networks += 1;
  return `203.0.113.${networks}`;
}

function logIn(user: { username: string; password: string }, address: string): Promise<Response> {
  const { username, password } = user;
  return Promise.resolve(http.post('/api/token/').set('x-forwarded-for', address).send({ username, password }));
}

function expectThrottled(response: Response, seconds: number): void {
  expect([response.status, response.headers['retry-after'], response.body]).toEqual([
    429,
    String(seconds),
    { detail: `Request was throttled. Expected available in ${seconds} seconds.` },
  ]);
}

function advance(seconds: number): void {
  server.clock.set(new Date(server.clock.now().getTime() + seconds * 1000).toISOString());
}

async function statuses(requests: (() => Promise<Response>)[]): Promise<number[]> {
  const found: number[] = [];
  for (const request of requests) found.push((await request()).status);
  return found;
}

const times = <Item>(count: number, make: () => Item): Item[] => Array.from({ length: count }, make);
const wrong = (user: TestUser): { username: string; password: string } => ({ username: user.username, password: 'not the password' });

describe('without a token', () => {
  it('counts logins and the API documents together, by address, in an hour', async () => {
    const user = await createUser(server);
    const address = newAddress();
    const get = (path: string): Promise<Response> => Promise.resolve(http.get(path).set('x-forwarded-for', address));
    const documents = (): Promise<Response> => get('/api/v1/schema/');
    const redoc = (): Promise<Response> => get('/api/v1/schema/redoc/');
    const swaggerUi = (): Promise<Response> => get('/api/v1/schema/swagger-ui/');
    const asset = (): Promise<Response> => get('/api/v1/schema/swagger-ui/static/swagger-ui.css');
    expect(await statuses([() => logIn(user, address), asset, documents, redoc, swaggerUi, asset])).toEqual([200, 200, 200, 200, 200, 200]);
    expectThrottled(await logIn(user, address), 3600);
    advance(1800.5);
    expectThrottled(await documents(), 1800);
    expect((await logIn(user, newAddress())).status).toBe(200);
    advance(1799.5);
    expect((await logIn(user, address)).status).toBe(200);
  });

  it('counts malformed logins, and gives back what ends in 401', async () => {
    const user = await createUser(server);
    const address = newAddress();
    const empty = (): Promise<Response> => Promise.resolve(http.post('/api/token/').set('x-forwarded-for', address));
    const refused = (): Promise<Response> => Promise.resolve(http.post('/api/token/refresh/').set('x-forwarded-for', address));
    expect(await statuses(times(10, () => refused))).toEqual(times(10, () => 401));
    expect(await statuses([() => logIn(wrong(user), address), ...times(4, () => empty), () => logIn(user, address), refused])).toEqual([401, 400, 400, 400, 400, 429, 429]);
  });

  it('never counts health, the home page, or what there is not', async () => {
    const address = newAddress();
    const paths = ['/healthz', '/readyz', '/', '/nothing', '/api/v1/banks/'];
    for (const path of paths) {
      const answers = await statuses(times(8, () => () => Promise.resolve(http.get(path).set('x-forwarded-for', address))));
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).not.toBe(429);
    }
  });

  it('counts an IPv6 network of 64 bits as one address', async () => {
    const user = await createUser(server);
    const answers = await statuses([1, 2, 3, 4, 5].map((host) => () => logIn(user, `2001:db8:0:7::${host}`)));
    expect(answers).toEqual([200, 200, 200, 200, 429]);
    expect((await logIn(user, '2001:db8:0:8::1')).status).toBe(200);
  });
});

describe('with a token', () => {
  it('counts by user, wherever the requests go, in an hour', async () => {
    const user = await createUser(server);
    const paths = ['/api/v1/users/me/', '/api/v1/banks/', '/api/v1/users/', '/api/v1/currencies/', '/api/v1/banks/nonsense/'];
    expect(await statuses(paths.map((path) => () => Promise.resolve(user.http.get(path))))).toEqual([200, 200, 403, 200, 404]);
    expectThrottled(await user.http.get('/api/v1/users/me/'), 3600);
    expect((await (await createUser(server)).http.get('/api/v1/users/me/')).status).toBe(200);
    advance(3600);
    expect((await user.http.get('/api/v1/users/me/')).status).toBe(200);
  });

  it('counts a refresh with a valid cookie for its user, not for the address', async () => {
    const user = await createUser(server);
    const address = newAddress();
    const cookies: unknown = (await logIn(user, address)).headers['set-cookie'];
    const cookie = Array.isArray(cookies) ? String(cookies[0]) : '';
    const refresh = (): Promise<Response> => Promise.resolve(http.post('/api/token/refresh/').set('x-forwarded-for', address).set('cookie', cookie));
    expect(await statuses(times(6, () => refresh))).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await user.http.get('/api/v1/users/me/')).status).toBe(429);
    expect(await statuses(times(4, () => () => logIn(user, address)))).toEqual([200, 200, 200, 429]);
  });
});

describe('failed logins', () => {
  // Their windows end by the system's clock.
  afterEach(() => { vi.useRealTimers(); });

  it('are limited by username, from whatever address, though the password be right at last', async () => {
    const user = await createUser(server);
    vi.setSystemTime('2026-11-20T08:00:00Z');
    expect(await statuses(times(3, () => () => logIn(wrong(user), newAddress())))).toEqual([401, 401, 401]);
    expectThrottled(await logIn(wrong(user), newAddress()), 60);
    expect((await logIn(user, newAddress())).status).toBe(429);
    vi.setSystemTime('2026-11-20T08:01:00Z');
    expect((await logIn(user, newAddress())).status).toBe(200);
  });

  it('are limited by address, whatever the username', async () => {
    const address = newAddress();
    const users = [await createUser(server), await createUser(server), await createUser(server), await createUser(server)];
    expect(await statuses(users.map((user) => () => logIn(wrong(user), address)))).toEqual([401, 401, 401, 429]);
    const last = users.at(-1);
    expect(last && (await logIn(last, newAddress())).status).toBe(200);
  });

  it('cannot pass the limit side by side', async () => {
    const user = await createUser(server);
    const answers = await Promise.all(times(12, () => logIn(wrong(user), newAddress())));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(9);
  });

  it('do not hinder right ones side by side', async () => {
    const user = await createUser(server);
    const answers = await Promise.all(times(12, () => logIn(user, newAddress())));
    expect(answers.map(({ status }) => status)).toEqual(times(12, () => 200));
  });
});

describe('the counter', () => {
  it('remembers only so many keys, and forgets the oldest window first', () => {
    const clock = new TestClock('2026-11-20T08:00:00Z');
    const counter = new WindowCounter({ limit: 1, windowSeconds: 60 }, clock, 3);
    for (const key of ['a', 'b', 'c', 'd', 'e']) counter.take(key);
    expect(counter.size).toBe(3);
    expect(counter.take('e')).toEqual({ retryAfterSeconds: 60 });
    expect(counter.take('a')).toHaveProperty('giveBack');
    clock.set('2026-11-20T08:01:00Z');
    counter.take('f');
    expect(counter.size).toBe(1);
  });

  it('gives a place back once, and only in the window it was taken in', () => {
    const clock = new TestClock('2026-11-20T08:00:00Z');
    const counter = new WindowCounter({ limit: 1, windowSeconds: 60 }, clock);
    const place = counter.take('a');
    clock.set('2026-11-20T08:01:00Z');
    counter.take('a');
    if ('giveBack' in place) place.giveBack();
    expect(counter.take('a')).toEqual({ retryAfterSeconds: 60 });
  });

  it('never admits more than the limit in a window, however keys and times fall', () => {
    const requests = fastCheck.array(fastCheck.record({ key: fastCheck.constantFrom('a', 'b', 'c'), seconds: fastCheck.nat(30) }), { maxLength: 200 });
    fastCheck.assert(
      fastCheck.property(requests, (sent) => {
        const clock = new TestClock('2026-11-20T08:00:00Z');
        const counter = new WindowCounter({ limit: 3, windowSeconds: 60 }, clock);
        const admitted = new Map<string, number[]>();
        for (const { key, seconds } of sent) {
          clock.set(new Date(clock.now().getTime() + seconds * 1000).toISOString());
          const taken = counter.take(key);
          const times = admitted.get(key) ?? [];
          if ('giveBack' in taken) admitted.set(key, [...times, clock.now().getTime()]);
          else expect(taken.retryAfterSeconds).toBeGreaterThan(0);
          // Seven that were admitted touch three windows of three places, and the first two do not begin within 60 seconds.
          const recent = (admitted.get(key) ?? []).slice(-7);
          if (recent.length === 7) expect((recent.at(-1) ?? 0) - (recent[0] ?? 0)).toBeGreaterThanOrEqual(60_000);
        }
      }),
    );
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['not an address', 'not an address'],
])('takes %s for the subscriber %s', (address, subscriber) => {
  expect(subscriberOf(address)).toBe(subscriber);
});

it('keeps no more than 64 characters of what is no address', () => {
  expect(subscriberOf('x'.repeat(10_000))).toBe('x'.repeat(64));
});
