import { describe, expect, it } from 'vitest';
import type { Response } from 'supertest';

import { deactivateUser } from '../../src/users/deactivate-user.ts';
import { setPassword } from '../../src/users/set-password.ts';
import { useServer } from '../support/app.ts';
import { createUser, HttpClient, type TestUser } from '../support/factories.ts';

const server = useServer();
/** Without a cookie jar: each request sends what the test gives it. */
const http = new HttpClient(server);
const WRONG_CREDENTIALS = { detail: 'No active account found with the given credentials' };
const DEAD_TOKEN = { detail: 'Token is invalid or expired', code: 'token_not_valid' };

function logIn(user: { username: string; password: string }): Promise<Response> {
  return Promise.resolve(http.post('/api/token/').send({ username: user.username, password: user.password }));
}

/** Sends one refresh token, as a tab would that has it in its cookie. */
function refresh(token: string): Promise<Response> {
  return Promise.resolve(http.post('/api/token/refresh/').set('cookie', `refresh_token=${token}`));
}

/** The cookie line of an answer. */
function cookieOf(response: Response): string {
  const lines: unknown = response.headers['set-cookie'];
  const [line] = Array.isArray(lines) ? lines.map(String) : [];
  if (line === undefined) throw new Error(`no cookie in ${response.status} ${response.text}`);
  return line;
}

function tokenOf(response: Response): string {
  return /^refresh_token=([^;]*)/.exec(cookieOf(response))?.[1] ?? '';
}

async function loggedIn(options?: Parameters<typeof createUser>[1]): Promise<{ user: TestUser; token: string }> {
  const user = await createUser(server, options);
  return { user, token: tokenOf(await logIn(user)) };
}

async function refreshed(token: string): Promise<string> {
  const response = await refresh(token);
  expect(response.status).toBe(200);
  return tokenOf(response);
}

function advance(seconds: number): void {
  server.clock.set(new Date(server.clock.now().getTime() + seconds * 1000).toISOString());
}

describe('POST /api/token/', () => {
  it('answers an access token that opens the API, and keeps the refresh token out of the body', async () => {
    const user = await createUser(server);
    const response = await logIn(user);
    expect(response.status).toBe(200);
    expect(Object.keys(response.body as object)).toEqual(['access']);
    expect(response.headers['cache-control']).toBe('no-store');
    const { access } = response.body as { access: string };
    const me = await http.get('/api/v1/users/me/').set('authorization', `Bearer ${access}`);
    expect(me.body).toMatchObject({ id: user.id, username: user.username });
    const [, payload = ''] = access.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number; iat: number };
    expect(claims.exp - claims.iat).toBe(3600);
  });

  it('takes over-long text for a wrong name or password like any other, before it is trimmed', async () => {
    const user = await createUser(server);
    expect((await logIn({ ...user, username: ` ${user.username} ` })).status).toBe(200);
    for (const wrong of [{ username: user.username.padEnd(301) }, { username: 'x'.repeat(10_000) }, { password: user.password.padEnd(1_025) }]) {
      const response = await logIn({ ...user, ...wrong });
      expect([response.status, response.body]).toEqual([401, WRONG_CREDENTIALS]);
    }
  });

  it('sets the refresh token as a strict, HttpOnly cookie for the token paths, for 14 days', async () => {
    const cookie = cookieOf(await logIn(await createUser(server)));
    expect(cookie.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Max-Age=1209600', 'Path=/api/token/', 'SameSite=Strict']);
  });

  it('takes the path without its last slash, and forms of both kinds', async () => {
    const { username, password } = await createUser(server);
    expect((await http.post('/api/token').send({ username, password })).status).toBe(200);
    expect((await http.post('/api/token/').type('form').send({ username, password })).status).toBe(200);
    expect((await http.post('/api/token/').field('username', username).field('password', password)).status).toBe(200);
  });

  it('keeps blanks in passwords, and takes those around usernames away', async () => {
    const user = await createUser(server, { password: '  blanks around  ' });
    expect((await logIn({ ...user, username: ` ${user.username} ` })).status).toBe(200);
    expect((await logIn({ ...user, password: 'blanks around' })).status).toBe(401);
  });

  it.each([
    ['a wrong password', (user: TestUser) => ({ username: user.username, password: 'not the password' })],
    ['an unknown user', (user: TestUser) => ({ username: `${user.username}-x`, password: user.password })],
    ['the same name in other letters', (user: TestUser) => ({ username: user.username.toUpperCase(), password: user.password })],
    ['the funding engine', () => ({ username: 'funding-system', password: 'anything' })],
    ['a name with NUL', () => ({ username: 'a\0b', password: 'anything' })],
  ])('refuses %s like any wrong credentials', async (_what, credentials) => {
    const response = await logIn(credentials(await createUser(server)));
    expect([response.status, response.body, response.headers['www-authenticate']]).toEqual([401, WRONG_CREDENTIALS, 'Bearer']);
    expect(response.headers['set-cookie']).toBeUndefined();
  });

  it('refuses a deactivated user like any wrong credentials', async () => {
    const response = await logIn(await createUser(server, { active: false }));
    expect([response.status, response.body]).toEqual([401, WRONG_CREDENTIALS]);
  });

  it('names missing and blank fields', async () => {
    expect((await http.post('/api/token/')).body).toEqual({ username: ['This field is required.'], password: ['This field is required.'] });
    const response = await http.post('/api/token/').send({ username: ' ', password: '' });
    expect([response.status, response.body]).toEqual([400, { username: ['This field may not be blank.'], password: ['This field may not be blank.'] }]);
  });
});

describe('POST /api/token/refresh/', () => {
  it('answers a new access token and rotates the cookie', async () => {
    const { user, token } = await loggedIn();
    const response = await refresh(token);
    expect(response.status).toBe(200);
    expect(Object.keys(response.body as object)).toEqual(['access']);
    expect(tokenOf(response)).not.toBe(token);
    expect(cookieOf(response)).toMatch(/Max-Age=1209600; Path=\/api\/token\/; HttpOnly; SameSite=Strict$/);
    const me = await http.get('/api/v1/users/me/').set('authorization', `Bearer ${(response.body as { access: string }).access}`);
    expect(me.body).toMatchObject({ username: user.username });
  });

  it('reads only the cookie, whatever body comes with it', async () => {
    const { token } = await loggedIn();
    const withoutCookie = await http.post('/api/token/refresh/').send({ refresh: token });
    expect([withoutCookie.status, withoutCookie.body]).toEqual([401, { detail: 'No refresh token cookie.' }]);
    expect(withoutCookie.headers['www-authenticate']).toBe('Bearer');
    const cookie = `refresh_token=${token}`;
    expect((await http.post('/api/token/refresh').set('cookie', cookie).send({ refresh: 7 })).status).toBe(200);
    expect((await http.post('/api/token/refresh/').set('cookie', cookie).type('form').send('refresh=x')).status).toBe(200);
    expect((await http.post('/api/token/refresh/').set('cookie', cookie).field('refresh', 'x')).status).toBe(200);
  });

  it('gives two requests side by side the same successor', async () => {
    const { token } = await loggedIn();
    const responses = await Promise.all(Array.from({ length: 6 }, () => refresh(token)));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(new Set(responses.map(tokenOf)).size).toBe(1);
  });

  it('gives the same successor for 10 seconds, even when that has been rotated itself', async () => {
    const { token: first } = await loggedIn();
    const second = await refreshed(first);
    advance(5);
    const third = await refreshed(second);
    advance(5);
    expect(await refreshed(first)).toBe(second);
    expect(await refreshed(second)).toBe(third);
    advance(5);
    // The successor's own 10 seconds decide.
    expect(await refreshed(second)).toBe(third);
  });

  it('takes a token that comes back after 10 seconds for stolen, and ends the whole login', async () => {
    const { user, token: first } = await loggedIn();
    const elsewhere = tokenOf(await logIn(user));
    const second = await refreshed(first);
    advance(10.001);
    const theft = await refresh(first);
    expect([theft.status, theft.body, theft.headers['www-authenticate']]).toEqual([401, DEAD_TOKEN, 'Bearer']);
    expect((await refresh(second)).body).toEqual(DEAD_TOKEN);
    expect((await refresh(first)).status).toBe(401);
    // Other logins of the same user are other families.
    expect((await refresh(elsewhere)).status).toBe(200);
  });

  it('leaves no token of a family alive when a theft and a rotation race', async () => {
    const { token: first } = await loggedIn();
    const second = await refreshed(first);
    advance(11);
    const [, rotation] = await Promise.all([refresh(first), refresh(second)]);
    if (rotation.status === 200) expect((await refresh(tokenOf(rotation))).status).toBe(401);
    expect((await refresh(second)).status).toBe(401);
  });

  it('lives 14 days from its last use', async () => {
    const { token } = await loggedIn();
    advance(14 * 86_400 - 1);
    const successor = await refreshed(token);
    advance(14 * 86_400 - 1);
    const last = await refreshed(successor);
    advance(14 * 86_400);
    const response = await refresh(last);
    expect([response.status, response.body]).toEqual([401, DEAD_TOKEN]);
  });

  it('refuses tokens that were never given, and the hashes that are stored', async () => {
    const { user } = await loggedIn();
    const row = await server.db.prisma.refreshToken.findFirstOrThrow({ where: { userId: user.id } });
    for (const token of ['', 'x', 'é', Buffer.from(row.tokenHash).toString('base64url'), 'a'.repeat(4000)]) {
      expect((await refresh(encodeURIComponent(token))).status).toBe(401);
    }
  });

  it('stores no refresh token, only hashes', async () => {
    const { token } = await loggedIn();
    await refreshed(token);
    const { rows } = await server.db.pool.query<{ row: string }>('SELECT row_to_json(t)::text AS row FROM refresh_tokens t');
    expect(rows.length).toBeGreaterThan(0);
    const hexadecimal = Buffer.from(token, 'base64url').toString('hex');
    expect(rows.filter(({ row }) => row.includes(token) || row.includes(hexadecimal))).toEqual([]);
  });

  it('ends with the user: deactivation and a new password refuse every refresh token', async () => {
    const deactivated = await loggedIn();
    await server.mutations.run((tx, now) => deactivateUser(tx, deactivated.user.username, now));
    expect((await refresh(deactivated.token)).body).toEqual(DEAD_TOKEN);
    const changed = await loggedIn();
    await server.mutations.run((tx, now) => setPassword(tx, { username: changed.user.username, password: 'another good password' }, now));
    expect((await refresh(changed.token)).body).toEqual(DEAD_TOKEN);
    expect((await logIn({ ...changed.user, password: 'another good password' })).status).toBe(200);
    expect((await logIn(changed.user)).status).toBe(401);
  });

  it('clears expired tokens away', async () => {
    const { user, token } = await loggedIn();
    await refreshed(token);
    advance(15 * 86_400);
    await loggedIn();
    expect(await server.db.prisma.refreshToken.count({ where: { userId: user.id } })).toBe(0);
  });
});

describe('POST /api/token/logout/', () => {
  it('ends the login in every tab and clears the cookie', async () => {
    const { token } = await loggedIn();
    const successor = await refreshed(token);
    const response = await http.post('/api/token/logout/').set('cookie', `refresh_token=${token}`);
    expect(response.status).toBe(204);
    expect(cookieOf(response)).toBe('refresh_token=; Max-Age=0; Path=/api/token/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict');
    expect((await refresh(successor)).body).toEqual(DEAD_TOKEN);
    expect((await refresh(token)).body).toEqual(DEAD_TOKEN);
  });

  it('looks only for what is as long as a token, as refreshing does', async () => {
    const { token } = await loggedIn();
    server.statements.length = 0;
    expect((await refresh(token.repeat(10))).body).toEqual(DEAD_TOKEN);
    expect((await http.post('/api/token/logout/').set('cookie', `refresh_token=${token.repeat(10)}`)).status).toBe(204);
    expect(server.statements.filter((text) => text.includes('refresh_tokens'))).toEqual([]);
    expect((await refresh(token)).status).toBe(200);
  });

  it('has nothing to do without a login', async () => {
    expect((await http.post('/api/token/logout')).status).toBe(204);
    expect((await http.post('/api/token/logout/').set('cookie', 'refresh_token=x').send({})).status).toBe(204);
  });
});
