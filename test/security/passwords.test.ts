import { describe, expect, it } from 'vitest';
import { COMMON_PASSWORDS } from '../../src/security/common-passwords.ts';
import { limitConcurrency } from '../../src/security/limit-concurrency.ts';
import { hashPassword, passwordProblem, verifyAgainstNothing, verifyPassword } from '../../src/security/passwords.ts';
import { usernameProblem } from '../../src/security/usernames.ts';

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
    expect(await verifyAgainstNothing('violet otter 9')).toBe(false);
  });

  it('serves a wave of logins, two hashes at a time', async () => {
    const hash = await hashPassword('violet otter 9');
    const results = await Promise.all(Array.from({ length: 32 }, (_, index) => verifyPassword(hash, index % 2 === 0 ? 'violet otter 9' : 'wrong')));
    expect(results.filter(Boolean)).toHaveLength(16);
  });
});

describe('a queue in front of a scarce resource', () => {
  const limited = limitConcurrency(2, 3, () => new Error('full'));

  it('runs in order, never more than allowed at once, refuses beyond its length, and goes on after failures', async () => {
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<undefined>());
    const tasks = gates.map((gate, index) =>
      limited(async () => {
        order.push(index);
        running += 1;
        most = Math.max(most, running);
        await gate.promise.finally(() => (running -= 1));
      }),
    );
    await expect(limited(() => Promise.resolve())).rejects.toThrow('full');
    for (const [index, gate] of gates.entries()) {
      if (index === 1) gate.reject(new Error('broken'));
      else gate.resolve(undefined);
    }
    const outcomes = await Promise.allSettled(tasks);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
    await expect(limited(() => Promise.resolve('free again'))).resolves.toBe('free again');
  });
});

describe('new passwords', () => {
  it.each(['violet otter 9', 'xK9#mQ2$', 'ünïcödéß', '\u{1F600}'.repeat(8), 'correct horse battery staple'])('%j may be taken', (password) => {
    expect(passwordProblem(password, 'ana')).toBeUndefined();
  });

  it.each([
    ['short', 'ana', /too short/], ['', 'ana', /too short/], ['\u{1F600}'.repeat(7), 'ana', /too short/], ['8403172956', 'ana', /numeric/], ['٠١٢٣٤٥٦٧٨', 'ana', /numeric/],
    ['password', 'ana', /common/], ['PassWord123', 'ana', /common/], ['1q2w3e4r', 'ana', /common/], ['anastasia.k', 'Anastasia.K', /username/], ['x'.repeat(1025), 'ana', /too long/],
    ['é'.repeat(513), 'ana', /too long/], ['e\u0301'.repeat(400), 'ana', /too long/],
  ])('%j of %s may not', (password, username, problem) => {
    expect(passwordProblem(password, username)).toMatch(problem);
  });

  it('the list of common ones holds only what no other rule refuses', () => {
    expect(COMMON_PASSWORDS.size).toBeGreaterThan(500);
    for (const password of COMMON_PASSWORDS) expect(password).toMatch(/^(?=.*\D)[^A-Z\s]{8,}$/);
  });
});

describe('usernames', () => {
  it.each(['ana', 'Ana.B+c@d-e_f', 'josé', '李雷', '1', 'x'.repeat(150), 'meg'])('%s may be taken', (username) => {
    expect(usernameProblem(username)).toBeUndefined();
  });

  it.each(['', 'me', 'Me', 'funding-system', '.', '..', 'a b', 'a/b', 'a\n', 'ana!', 'ａｎａ', 'x'.repeat(151), 'a\0'])('%j may not', (username) => {
    expect(usernameProblem(username)).toEqual(expect.any(String));
  });
});
