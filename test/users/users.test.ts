import { describe, expect, it } from 'vitest';

import { changeOwners } from '../../src/bank-accounts/account-owners.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createUser, HttpClient, type TestUser } from '../support/factories.ts';

const server = useServer();
const ME = '/api/v1/users/me/';
const MISSING = '0199f3a0-5c1e-7000-8000-000000000001';

function pathOf(user: { username: string }): string {
  return `/api/v1/users/${encodeURIComponent(user.username)}/`;
}

function staffUser(): Promise<TestUser> {
  return createUser(server, { staff: true });
}

function doesNotExist(id: string): object {
  return { default_bank_account: [`Invalid pk "${id}" - object does not exist.`] };
}

describe('users/me', () => {
  it('shows the profile, with the absolute URL of the user', async () => {
    const user = await createUser(server, { name: 'Alice Example', timezone: 'Europe/Berlin' });
    const response = await user.http.get(ME).set('host', 'budget.example.com');
    expect([response.status, response.body]).toEqual([
      200,
      {
        id: user.id,
        username: user.username,
        name: 'Alice Example',
        url: `http://budget.example.com/api/v1/users/${user.username}/`,
        default_bank_account: null,
        timezone: 'Europe/Berlin',
      },
    ]);
  });

  it('changes what is sent and leaves what is not, in JSON and in forms', async () => {
    const user = await createUser(server, { name: 'Before' });
    const account = await createBankAccount(server, user);
    expect((await user.http.patch(ME, { default_bank_account: account.id.toUpperCase() })).body).toMatchObject({ default_bank_account: account.id, name: 'Before' });
    expect((await user.http.patch(ME, { timezone: 'Asia/Tokyo' })).body).toMatchObject({ default_bank_account: account.id, timezone: 'Asia/Tokyo' });
    expect((await user.http.patch(ME)).body).toMatchObject({ default_bank_account: account.id, name: 'Before', timezone: 'Asia/Tokyo' });
    const form = await user.http.patch(ME).type('form').send({ name: '', default_bank_account: '' });
    expect(form.body).toMatchObject({ name: '', default_bank_account: null });
    const multipart = await user.http.patch(ME).field('name', 'Ünïcode').field('default_bank_account', account.id);
    expect(multipart.body).toMatchObject({ name: 'Ünïcode', default_bank_account: account.id });
    for (const cleared of [null, '']) {
      await user.http.patch(ME, { default_bank_account: account.id });
      expect((await user.http.patch(ME, { default_bank_account: cleared })).body).toMatchObject({ default_bank_account: null });
    }
    expect((await user.http.get(ME)).body).toMatchObject({ name: 'Ünïcode', default_bank_account: null, timezone: 'Asia/Tokyo' });
  });

  it('ignores read-only and unknown fields', async () => {
    const user = await createUser(server);
    const response = await user.http.patch(ME, { username: 'mallory', id: 1, url: 'x', is_staff: true, password: 'x' });
    expect([response.status, response.body]).toEqual([200, expect.objectContaining({ username: user.username, id: user.id })]);
    expect((await user.http.get('/api/v1/users/')).status).toBe(403);
  });

  it.each([
    [{ name: 'x'.repeat(256) }, { name: ['Ensure this field has no more than 255 characters.'] }],
    [{ name: null }, { name: ['This field may not be null.'] }],
    [{ timezone: '' }, { timezone: ['This field may not be blank.'] }],
    [{ timezone: 'Mars/Olympus' }, { timezone: ['"Mars/Olympus" is not a timezone of the IANA database, such as Europe/Berlin.'] }],
    [{ timezone: '+02:00' }, { timezone: ['"+02:00" is not a timezone of the IANA database, such as Europe/Berlin.'] }],
    [{ timezone: null }, { timezone: ['This field may not be null.'] }],
    [{ default_bank_account: 'nonsense' }, { default_bank_account: ['Must be a valid UUID.'] }],
    [{ default_bank_account: 7 }, { default_bank_account: ['Not a valid string.'] }],
    [{ default_bank_account: MISSING }, doesNotExist(MISSING)],
  ])('refuses %j and changes nothing', async (body, errors) => {
    const user = await createUser(server, { name: 'Before' });
    const response = await user.http.patch(ME, { ...body, ...('name' in body ? {} : { name: 'After' }) });
    expect([response.status, response.body]).toEqual([400, errors]);
    expect((await user.http.get(ME)).body).toMatchObject({ name: 'Before', timezone: 'UTC', default_bank_account: null });
  });

  it('says of a bank account of someone else just what it says of a missing one', async () => {
    const account = await createBankAccount(server, await createUser(server));
    const response = await (await createUser(server)).http.patch(ME, { default_bank_account: account.id });
    expect([response.status, response.body]).toEqual([400, doesNotExist(account.id)]);
  });

  it('cannot be replaced', async () => {
    const response = await (await staffUser()).http.put(ME, { name: 'x' });
    expect([response.status, response.body]).toEqual([405, { detail: 'Method "PUT" not allowed.' }]);
  });

  it('forgets a default bank account that is taken away from the user', async () => {
    const [user, other] = [await createUser(server), await createUser(server)];
    const account = await createBankAccount(server, user);
    await user.http.patch(ME, { default_bank_account: account.id });
    const encryption = createFieldEncryption(server.config.encryptionKeys);
    await server.mutations.run((tx, now) => changeOwners(tx, { bankAccount: account.id, add: other.username, remove: user.username }, now, encryption));
    expect((await user.http.get(ME)).body).toMatchObject({ default_bank_account: null });
  });
});

describe('users', () => {
  it('are for staff: everyone else gets 403, whether the user exists or not, whatever the body', async () => {
    const user = await createUser(server);
    const forbidden = { detail: 'You do not have permission to perform this action.' };
    for (const path of ['/api/v1/users/', pathOf(user), '/api/v1/users/nobody/']) {
      const response = await user.http.get(path);
      expect([response.status, response.body]).toEqual([403, forbidden]);
    }
    expect((await user.http.patch(pathOf(user), { name: null })).status).toBe(403);
    const malformed = await user.http.put('/api/v1/users/nobody/').type('json').send('{');
    expect([malformed.status, malformed.body]).toEqual([403, forbidden]);
  });

  it('are listed by username, people only, active or not', async () => {
    const staff = await staffUser();
    for (const username of ['Zoe', 'alan', 'Ärger', '_under']) await createUser(server, { username });
    await createUser(server, { username: 'gone', active: false });
    const response = await staff.http.get('/api/v1/users/?page_size=500');
    const { count, results } = response.body as { count: number; results: { username: string }[] };
    const usernames = results.map(({ username }) => username);
    expect(usernames).toEqual([...usernames].sort());
    expect(usernames).toEqual(expect.arrayContaining(['Zoe', 'alan', 'Ärger', '_under', 'gone']));
    expect(usernames).not.toContain('funding-system');
    expect(count).toBe(usernames.length);
    const descending = await staff.http.get('/api/v1/users/?page_size=2&ordering=-username');
    expect((descending.body as { results: { username: string }[] }).results.map(({ username }) => username)).toEqual([...usernames].reverse().slice(0, 2));
  });

  it.each([
    ['letters', 'plain'],
    ['an e-mail address', 'a.b@example.com'],
    ['signs', 'plus+minus-_'],
    ['other scripts', 'ドメイン'],
    ['the longest', 'é'.repeat(150)],
  ])('are found at their URL: %s', async (_what, username) => {
    const staff = await staffUser();
    const user = await createUser(server, { username });
    const { url } = (await user.http.get(ME)).body as { url: string };
    const response = await staff.http.get(new URL(url).pathname);
    expect([response.status, response.body]).toEqual([200, expect.objectContaining({ username, url })]);
  });

  it.each([
    ['an unknown name', 'nobody'],
    ['the funding engine', 'funding-system'],
    ['a name with NUL', 'a%00b'],
    ['a name that cannot be decoded', '%ff'],
    ['a name without end', 'x'.repeat(10_000)],
  ])('are 404 when there is none: %s', async (_what, username) => {
    const staff = await staffUser();
    for (const response of [
      await staff.http.get(`/api/v1/users/${username}/`),
      await staff.http.patch(`/api/v1/users/${username}/`, { name: null }),
      await staff.http.put(`/api/v1/users/${username}/`, { name: 'x' }),
    ]) {
      expect([response.status, response.body]).toEqual([404, { detail: 'Not found.' }]);
    }
  });

  it('are not looked for by a name that is longer than any', async () => {
    const staff = await staffUser();
    const statements = async (username: string): Promise<number> => {
      server.statements.length = 0;
      expect((await staff.http.get(`/api/v1/users/${username}/`)).status).toBe(404);
      return server.statements.length;
    };
    // One is who asks.
    expect([await statements('x'.repeat(150)), await statements('x'.repeat(151)), await statements('x'.repeat(301))]).toEqual([2, 1, 1]);
  });

  it('are changed by staff with PUT and PATCH, absent fields staying as they are', async () => {
    const staff = await staffUser();
    const user = await createUser(server, { name: 'Before', timezone: 'Europe/Berlin' });
    expect((await staff.http.put(pathOf(user), { name: 'After' })).body).toMatchObject({ name: 'After', timezone: 'Europe/Berlin' });
    expect((await staff.http.patch(pathOf(user), { timezone: 'UTC' })).body).toMatchObject({ name: 'After', timezone: 'UTC' });
    expect((await user.http.get(ME)).body).toMatchObject({ name: 'After', timezone: 'UTC' });
  });

  it('get a default bank account only of their own, also from staff', async () => {
    const staff = await staffUser();
    const user = await createUser(server);
    const [ofStaff, ofUser] = [await createBankAccount(server, staff), await createBankAccount(server, user)];
    const refused = await staff.http.patch(pathOf(user), { default_bank_account: ofStaff.id });
    expect([refused.status, refused.body]).toEqual([400, doesNotExist(ofStaff.id)]);
    expect((await staff.http.patch(pathOf(user), { default_bank_account: ofUser.id })).body).toMatchObject({ default_bank_account: ofUser.id });
  });
});

describe('authentication', () => {
  const http = new HttpClient(server);
  const notProvided = { detail: 'Authentication credentials were not provided.' };
  const notValid = { detail: 'Given token not valid for any token type', code: 'token_not_valid' };

  /** Signs what the server's own key would sign. */
  const signed = (claims: Record<string, unknown>, expiresIn = 3600): string => server.app.jwt.sign(claims, { expiresIn });

  it('refuses a token that is far longer than those it gives, before it is decoded', async () => {
    const { id } = await createUser(server);
    const padded = (length: number): string => `Bearer ${signed({ user_id: id, token_type: 'access', padding: 'x'.repeat(length) })}`;
    expect((await http.get(ME).set('authorization', padded(10))).status).toBe(200);
    expect((await http.get(ME).set('authorization', padded(1_000))).body).toEqual(notValid);
  });

  it.each<[string, () => string | undefined, object]>([
    ['no header', () => undefined, notProvided],
    ['another scheme', () => 'Basic dXNlcjpwYXNzd29yZA==', notProvided],
    ['no token', () => 'Bearer', notProvided],
    ['two tokens', () => 'Bearer one two', notProvided],
    ['text that is no token', () => 'Bearer nonsense', notValid],
    ['an expired token', () => `Bearer ${signed({ user_id: 1, token_type: 'access' }, -1)}`, notValid],
    ['a token of another type', () => `Bearer ${signed({ user_id: 1, token_type: 'refresh' })}`, notValid],
    ['a token without a user', () => `Bearer ${signed({ token_type: 'access' })}`, notValid],
    ['a token of a user who is gone', () => `Bearer ${signed({ user_id: 2_000_000_000, token_type: 'access' })}`, notValid],
    ['a token without a signature', () => `Bearer ${unsigned({ user_id: 1, token_type: 'access' })}`, notValid],
    ['a token with a foreign signature', () => `Bearer ${signed({ user_id: 1, token_type: 'access' }).slice(0, -4)}AAAA`, notValid],
  ])('refuses %s', async (_what, header, body) => {
    const value = header();
    const request = http.get(ME);
    const response = await (value === undefined ? request : request.set('authorization', value));
    expect([response.status, response.body, response.headers['www-authenticate']]).toEqual([401, body, 'Bearer']);
  });

  it('refuses a deactivated user at once', async () => {
    const user = await createUser(server);
    expect((await user.http.get(ME)).status).toBe(200);
    await server.db.prisma.user.update({ where: { id: user.id }, data: { isActive: false } });
    const response = await user.http.get(ME);
    expect([response.status, response.body, response.headers['www-authenticate']]).toEqual([401, { detail: 'User is inactive' }, 'Bearer']);
  });

  it('comes before permissions, bodies and paths', async () => {
    expect((await http.get('/api/v1/users/')).status).toBe(401);
    expect((await http.patch(ME).type('json').send('{')).status).toBe(401);
    expect((await http.get('/api/v1/banks/nonsense/')).status).toBe(401);
  });

  function unsigned(claims: object): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, exp: 4_000_000_000 })}.`;
  }
});
