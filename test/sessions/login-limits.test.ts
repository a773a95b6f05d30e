import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Response } from 'supertest';

import { buildApp } from '../../src/main/app.ts';
import { buildServices } from '../../src/main/services.ts';
import { LoginLimits } from '../../src/sessions/login-limits.ts';
import { useServer } from '../support/app.ts';
import { createUser, HttpClient, type TestUser } from '../support/factories.ts';

const server = useServer({ MIBUDGE_THROTTLE_LOGIN: '3/minute', MIBUDGE_TRUST_PROXY: '1' });
const http = new HttpClient(server);
const KEY = Buffer.alloc(32, 1);

afterEach(() => { vi.useRealTimers(); });

let networks = 0;

/** An address that no other test uses. */
function newAddress(): string {
  networks += 1;
  return `203.0.${networks >> 8}.${networks & 255}`;
}

function logIn(user: { username: string; password: string }, address: string): Promise<Response> {
  const { username, password } = user;
  return Promise.resolve(http.post('/api/token/').set('x-forwarded-for', address).send({ username, password }));
}

const wrong = (user: TestUser): { username: string; password: string } => ({ username: user.username, password: 'not the password' });

async function statuses(requests: (() => Promise<Response>)[]): Promise<number[]> {
  const found: number[] = [];
  for (const request of requests) found.push((await request()).status);
  return found;
}

const times = <Item>(count: number, make: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => make(index));

describe('failed logins', () => {
  it('are counted for all processes together', async () => {
    const user = await createUser(server);
    const other = await buildApp(buildServices(server, server.app.log), server.app.log);
    try {
      const payload = wrong(user);
      const elsewhere = async (): Promise<number> =>
        (await other.inject({ method: 'POST', url: '/api/token/', headers: { 'x-forwarded-for': newAddress() }, payload })).statusCode;
      expect([(await logIn(payload, newAddress())).status, await elsewhere(), (await logIn(payload, newAddress())).status]).toEqual([401, 401, 401]);
      expect([await elsewhere(), (await logIn(payload, newAddress())).status]).toEqual([429, 429]);
    } finally {
      await other.close();
    }
  });

  it('of strangers do not lock out an owner who comes from an address that has succeeded before', async () => {
    const owner = await createUser(server);
    const home = newAddress();
    expect((await logIn(owner, home)).status).toBe(200);
    expect(await statuses(times(4, () => () => logIn(wrong(owner), newAddress())))).toEqual([401, 401, 401, 429]);
    expect(await statuses(times(3, () => () => logIn({ ...owner, username: 'nobody' }, home)))).toEqual([401, 401, 401]);
    expect(await statuses([() => logIn(owner, newAddress()), () => logIn(owner, home)])).toEqual([429, 200]);
    expect(await statuses([...times(4, () => () => logIn(wrong(owner), home)), () => logIn(owner, home)])).toEqual([401, 401, 401, 429, 429]);
  });

  it('no longer find an address known after 90 days', async () => {
    const owner = await createUser(server);
    const home = newAddress();
    const loggedInAt = server.clock.now();
    expect((await logIn(owner, home)).status).toBe(200);
    expect(await statuses(times(3, () => () => logIn(wrong(owner), newAddress())))).toEqual([401, 401, 401]);
    server.clock.set(new Date(loggedInAt.getTime() + 90 * 86_400_000 - 1).toISOString());
    expect((await logIn(wrong(owner), home)).status).toBe(401);
    server.clock.set(new Date(loggedInAt.getTime() + 90 * 86_400_000).toISOString());
    expect((await logIn(owner, home)).status).toBe(429);
  });

  it('know the 20 addresses of a user that were used last', async () => {
    const owner = await createUser(server);
    const addresses = times(22, newAddress);
    for (const address of addresses) {
      server.clock.set(new Date(server.clock.now().getTime() + 1000).toISOString());
      expect((await logIn(owner, address)).status).toBe(200);
    }
    expect(await server.db.prisma.loginAddress.count({ where: { userId: owner.id } })).toBe(20);
    expect(await statuses(times(3, () => () => logIn(wrong(owner), newAddress())))).toEqual([401, 401, 401]);
    expect(await statuses([addresses[1], addresses[2]].map((address) => () => logIn(owner, address ?? '')))).toEqual([429, 200]);
  });
});

describe('the counters', () => {
  const stranger = (index: number): { username: string; subscriber: string; isKnown: boolean } => ({ username: `stranger ${index}`, subscriber: newAddress(), isKnown: false });
  const refused = { code: 'throttled', retryAfterSeconds: 60 };

  it('are not kept when they have ended, nor when there are too many', async () => {
    vi.setSystemTime('2027-01-01T00:00:00Z');
    await server.db.prisma.loginLimit.deleteMany();
    const limits = new LoginLimits(server.db, { limit: 1, windowSeconds: 60 }, KEY, 10);
    for (const index of times(99, (number) => number)) await limits.take(stranger(index));
    expect(await server.db.prisma.loginLimit.count()).toBe(198);
    vi.setSystemTime('2027-01-01T00:00:01Z');
    const last = stranger(100);
    await limits.take(last);
    // All that end with the eleventh from the end go, and then two are added.
    expect(await server.db.prisma.loginLimit.count()).toBe(2);
    await expect(limits.take(last)).rejects.toMatchObject(refused);
    const roomy = new LoginLimits(server.db, { limit: 1, windowSeconds: 60 }, KEY);
    vi.setSystemTime('2027-01-01T00:01:01Z');
    for (const index of times(100, (number) => number)) await roomy.take(stranger(index));
    expect(await server.db.prisma.loginLimit.count()).toBe(200);
  });

  it('take a place back only in the window that it was taken in', async () => {
    vi.setSystemTime('2027-01-02T00:00:00Z');
    const limits = new LoginLimits(server.db, { limit: 1, windowSeconds: 60 }, KEY);
    const attempt = stranger(0);
    const place = await limits.take(attempt);
    await place.giveBack();
    const again = await limits.take(attempt);
    await expect(limits.take(attempt)).rejects.toMatchObject(refused);
    vi.setSystemTime('2027-01-02T00:01:00Z');
    await limits.take(attempt);
    await again.giveBack();
    await expect(limits.take(attempt)).rejects.toMatchObject(refused);
  });

  it('hold no name and no address that could be read', async () => {
    await server.db.prisma.loginLimit.deleteMany();
    await logIn({ username: 'a-password-typed-as-name', password: 'x' }, '198.51.100.7');
    const rows = await server.db.prisma.loginLimit.findMany();
    expect(rows).toHaveLength(2);
    expect(rows.map(({ key }) => key).join()).not.toMatch(/a-password|198\.51/);
  });
});
