import { describe, expect, it } from 'vitest';
import { issueText } from '../../src/errors.ts';
import { COMMON_PASSWORDS } from '../../src/security/common-passwords.ts';
import { inHashQueue } from '../../src/security/hash-queue.ts';
import { hashPassword, passwordIssue, verifyAgainstNothing, verifyPassword as verifyInTurn } from '../../src/security/passwords.ts';
import { usernameIssue } from '../../src/security/usernames.ts';

const verifyPassword = (hash: string, password: string): Promise<boolean> => inHashQueue('stranger', (turn) => verifyInTurn(turn, hash, password));

describe('hashing', () => {
  it('is argon2id with the recommended parameters and a salt of its own', async () => {
    const [first, second] = await Promise.all([hashPassword('violet otter 9'), hashPassword('violet otter 9')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=9216,t=4,p=1\$/);
    expect(second).not.toBe(first);
  });

  it('verifies the same password and no other, however its letters were composed', async () => {
    const hash = await hashPassword('caf\u00e9 au lait');
    expect(await verifyPassword(hash, 'cafe\u0301 au lait')).toBe(true);
    expect(await verifyPassword(hash, 'Caf\u00e9 au lait')).toBe(false);
    expect(await verifyPassword(hash, '')).toBe(false);
  });

  it('takes more than 1,024 bytes for no password, as they are sent and before their form is changed', async () => {
    const hash = await hashPassword('\u00e9'.repeat(400));
    expect(await verifyPassword(hash, 'e\u0301'.repeat(400))).toBe(false);
    expect(await verifyPassword(await hashPassword('\u00e9'.repeat(340)), 'e\u0301'.repeat(340))).toBe(true);
    await expect(hashPassword('e\u0301'.repeat(400))).rejects.toThrow(RangeError);
  });

  it('lets nobody in where there is no hash', async () => {
    expect(await verifyPassword('!', '!')).toBe(false);
    expect(await verifyPassword('', '')).toBe(false);
    expect(await inHashQueue('stranger', (turn) => verifyAgainstNothing(turn, 'violet otter 9'))).toBe(false);
  });
});

describe('the queue for hashing', () => {
  it('runs a lane in order, refuses beyond its length, keeps the other lane free, and goes on after failures', async () => {
    const gate = Promise.withResolvers<undefined>();
    const order: number[] = [];
    const tasks = Array.from({ length: 33 }, (_, index) =>
      inHashQueue('stranger', async () => {
        order.push(index);
        await gate.promise;
        if (index === 1) throw new Error('broken');
      }),
    );
    await expect(inHashQueue('stranger', () => Promise.resolve())).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 2 });
    await expect(inHashQueue('known', () => Promise.resolve('free'))).resolves.toBe('free');
    expect(order).toEqual([0]);
    gate.resolve(undefined);
    const outcomes = await Promise.allSettled(tasks);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([{ status: 'rejected', reason: new Error('broken') }]);
    expect(order).toEqual(tasks.map((_, index) => index));
    await expect(inHashQueue('stranger', () => Promise.resolve('free again'))).resolves.toBe('free again');
  });
});

describe('new passwords', () => {
  it.each(['violet otter 9', 'xK9#mQ2$', 'ünïcödéß', '\u{1F600}'.repeat(8), 'correct horse battery staple'])('%j may be taken', (password) => {
    expect(passwordIssue('password', password, 'ana')).toBeUndefined();
  });

  it.each([
    ['short', 'ana', /too short/], ['', 'ana', /too short/], ['\u{1F600}'.repeat(7), 'ana', /too short/], ['8403172956', 'ana', /numeric/], ['٠١٢٣٤٥٦٧٨', 'ana', /numeric/],
    ['password', 'ana', /common/], ['PassWord123', 'ana', /common/], ['1q2w3e4r', 'ana', /common/], ['anastasia.k', 'Anastasia.K', /username/], ['x'.repeat(1025), 'ana', /too long/],
    ['é'.repeat(513), 'ana', /too long/], ['e\u0301'.repeat(400), 'ana', /too long/],
  ])('%j of %s may not', (password, username, problem) => {
    const issue = passwordIssue('password', password, username);
    expect(issue && issueText(issue)).toMatch(problem);
  });

  it('the list of common ones holds only what no other rule refuses', () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(500);
    for (const password of COMMON_PASSWORDS) expect(password).toMatch(/^(?=.*\D)[^A-Z\s]{8,}$/);
  });
});

describe('usernames', () => {
  it.each(['ana', 'Ana.B+c@d-e_f', 'josé', '李雷', '1', 'x'.repeat(150), 'meg'])('%s may be taken', (username) => {
    expect(usernameIssue('username', username)).toBeUndefined();
  });

  it.each(['', 'me', 'Me', 'funding-system', '.', '..', 'a b', 'a/b', 'a\n', 'ana!', 'ａｎａ', 'x'.repeat(151), 'a\0'])('%j may not', (username) => {
    expect(usernameIssue('username', username)).toBeDefined();
  });
});
