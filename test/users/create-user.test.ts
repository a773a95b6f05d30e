import { expect, it } from 'vitest';

import { createUser, type UserDraft } from '../../src/users/create-user.ts';
import { setPassword } from '../../src/users/set-password.ts';
import { useServer } from '../support/app.ts';

const server = useServer();
const PASSWORD = 'correct horse battery';

it.each<[Partial<UserDraft>, string]>([
  [{ username: 'me' }, 'username: This username is reserved.'],
  [{ username: 'two words' }, 'username: Enter a valid username.'],
  [{ username: 'x'.repeat(151) }, 'username: Ensure this field has no more than 150 characters.'],
  [{ password: 'password' }, 'password: This password is too common.'],
  [{ password: '5718293046' }, 'password: This password is entirely numeric.'],
  [{ username: 'someone.else', password: 'Someone.Else' }, 'password: The password must not be the username.'],
  [{ name: 'x'.repeat(256) }, 'name: Ensure this field has no more than 255 characters.'],
  [{ timezone: 'Mars/Olympus' }, 'timezone: "Mars/Olympus" is not a timezone'],
])('refuses a user with %j', async (draft, message) => {
  await expect(createUser(server.db, { username: 'bob', password: PASSWORD, ...draft })).rejects.toThrow(message);
  expect(await server.db.prisma.user.count()).toBe(1);
});

it('names everything that is wrong at once', async () => {
  const draft = { username: 'me', password: 'short', timezone: 'nowhere' };
  await expect(createUser(server.db, draft)).rejects.toMatchObject({ issues: ['username', 'password', 'timezone'].map((field) => ({ path: [field] })) });
});

it('lets one name be taken once, though two ask for it side by side', async () => {
  const attempts = await Promise.allSettled([1, 2].map(() => createUser(server.db, { username: 'bob', password: PASSWORD })));
  expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(createUser(server.db, { username: 'bob', password: PASSWORD })).rejects.toThrow('username: A user with that username already exists.');
});

it('refuses a weak new password, and keeps the old one', async () => {
  const { passwordHash } = await createUser(server.db, { username: 'carol', password: PASSWORD });
  await expect(server.mutations.run((tx, now) => setPassword(tx, { username: 'carol', password: '12345678' }, now))).rejects.toThrow('password: This password is entirely numeric.');
  expect(await server.db.prisma.user.findUnique({ where: { username: 'carol' } })).toMatchObject({ passwordHash });
});
