import { createHmac } from 'node:crypto';

import { post } from '../http-case.ts';
import type { Attack } from './attack.ts';
import type { Scene } from './scene.ts';
import { fromNewAddress, together, volley, type Answers, type Shot } from './send.ts';

const TOKEN = '/api/token/';
const JSON_BODY = { 'content-type': 'application/json' };
/** What a body may have, 1 MiB, with a little left for what is around it. */
const MOST_TEXT = 1_000_000;

const logIn = (username: string, password: string, headers = fromNewAddress()): Shot => ({
  ...post(TOKEN, { username, password }),
  headers: { ...JSON_BODY, ...headers },
});

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function* forgedTokens(userId: number): Generator<string> {
  const claims = encode({ user_id: userId, token_type: 'access', exp: 4_102_444_800 });
  const ofOthers = { algorithm: 'HS256', secrets: ['secret', 'mibudge', ''] };
  for (let round = 0; round < 150; round += 1) {
    yield `${encode({ alg: 'none', typ: 'JWT' })}.${claims}.`;
    for (const secret of ofOthers.secrets) {
      const signed = `${encode({ alg: ofOthers.algorithm, typ: 'JWT', round })}.${claims}`;
      yield `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
    }
    yield 'A'.repeat(12_000);
  }
}

/** What anybody can do who has no account: log in, or claim to have done so. */
export const LOGIN_ATTACKS: readonly Attack[] = [
  {
    name: 'passwords of combining marks, 1 MB each',
    answers: ['401', '503'],
    attack: ({ url }: Scene): Promise<Answers> => {
      const marks = '\u0301'.repeat(MOST_TEXT / 4) + '\u0327'.repeat(MOST_TEXT / 4);
      return volley(url, Array.from({ length: 30 }, (_, index) => logIn(`nobody-${index}`, marks)), 10);
    },
  },
  {
    name: 'usernames of combining marks, 1 MB each',
    answers: ['400', '401', '503'],
    attack: ({ url }: Scene): Promise<Answers> => {
      const marks = '\u0301'.repeat(MOST_TEXT / 4) + '\u0327'.repeat(MOST_TEXT / 4);
      return volley(url, Array.from({ length: 30 }, (_, index) => logIn(`${index}${marks}`, 'a password')), 10);
    },
  },
  {
    name: '200 log-ins at once from as many addresses, then 200 from one',
    answers: ['401', '429', '503'],
    attack: async ({ url, data }: Scene): Promise<Answers> => {
      const strangers = Array.from({ length: 200 }, (_, index) => logIn(`nobody-${index}`, 'a wrong password'));
      const address = fromNewAddress();
      const guesses = Array.from({ length: 200 }, (_, index) => logIn(data.username, `a guess ${index}`, address));
      return together(await volley(url, strangers, 200), await volley(url, guesses, 200));
    },
  },
  {
    name: '750 forged tokens',
    answers: ['401'],
    attack: ({ url, data }: Scene): Promise<Answers> => {
      const shots = Array.from(forgedTokens(data.userId), (token): Shot => ({
        method: 'GET',
        path: '/api/v1/bank-accounts/',
        headers: { authorization: `Bearer ${token}`, ...fromNewAddress() },
      }));
      return volley(url, shots, 20);
    },
  },
];
