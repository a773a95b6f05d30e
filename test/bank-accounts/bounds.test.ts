import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createBudget, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { waitUntilBlocked } from '../support/waiting.ts';

const server = useServer({ MIBUDGE_MAX_ACCOUNTS: '3', MIBUDGE_MAX_BUDGETS: '4', MIBUDGE_MAX_ALIASES: '2', MIBUDGE_MAX_STORED_BYTES: '1000' });
const PATH = '/api/v1/bank-accounts/';

interface Answer {
  status: number;
  body: unknown;
}

/** Sends two requests of a user so that both are at work at once: another session holds the user's row until both wait for it. */
async function sideBySide(user: TestUser, send: readonly [() => PromiseLike<Answer>, () => PromiseLike<Answer>]): Promise<Answer[]> {
  const { databaseUrl = '' } = server.config;
  const holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
  try {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [user.id]);
    const answers = Promise.all(send.map((request) => request()));
    await waitUntilBlocked(databaseUrl, send.length);
    await holder.query('COMMIT');
    return (await answers).toSorted((left, right) => left.status - right.status);
  } finally {
    await holder.end();
  }
}

it('a user owns as many bank accounts as configured, also when they are made side by side, and so does any other', async () => {
  const [user, other] = [await createUser(server), await createUser(server)];
  const bank = await createBank(server);
  const [first] = [await createBankAccount(server, user), await createBankAccount(server, user)];
  const post = (): PromiseLike<Answer> => user.http.post(PATH, { name: 'Another', bank: bank.id });
  expect(await sideBySide(user, [post, post])).toMatchObject([{ status: 201 }, { status: 400, body: { non_field_errors: ['You own 3 bank accounts; a user may own 3.'] } }]);
  await createBankAccount(server, other);
  await user.http.delete(`${PATH}${first.id}/`).expect(204);
  await createBankAccount(server, user);
});

it('an account has as many budgets as configured, with archived ones and fill-ups', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const recurring = { budget_type: 'R', recurrance_schedule: 'RRULE:FREQ=MONTHLY', funding_schedule: 'RRULE:FREQ=WEEKLY' };
  const first = await createBudget(user, account, recurring);
  await user.http.post(`/api/v1/budgets/${(await createBudget(user, account)).id}/archive/`).expect(200);
  const refusal = (present: number): object => ({ non_field_errors: [`The bank account has ${present} budgets, archived ones among them; it may have 4.`] });
  const request = { bank_account: account.id, name: 'One too many', target_balance: '1' };
  await user.http.post('/api/v1/budgets/', { ...request, ...recurring, with_fillup_goal: true }).expect(400, refusal(4));
  await user.http.patch(`/api/v1/budgets/${first.id}/`, { with_fillup_goal: true }).expect(200);
  await user.http.post('/api/v1/budgets/', request).expect(400, refusal(4));
  const list = (await user.http.get(`/api/v1/budgets/?bank_account=${account.id}`)).body as { count: number };
  expect(list.count).toBe(4);
  await createBudget(user, await createBankAccount(server, user));
});

it('an account has as many aliases as configured, of 3 to 100 characters', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { link_aliases: ['abc', '😀'.repeat(100)] });
  const path = `${PATH}${account.id}/`;
  const tooMany = { link_aliases: ['Ensure this field has no more than 2 elements.'] };
  await user.http.patch(path, { link_aliases: ['one', 'two', 'three'] }).expect(400, tooMany);
  await user.http.post(PATH, { name: 'Another', bank: account.bank, link_aliases: ['one', 'two', 'three'] }).expect(400, tooMany);
  for (const alias of ['ab', '😀😀', ' ab ']) await user.http.patch(path, { link_aliases: [alias] }).expect(400, { link_aliases: ['Ensure each element has at least 3 characters.'] });
  await user.http.patch(path, { link_aliases: ['a'.repeat(101)] }).expect(400, { link_aliases: ['Ensure this field has no more than 100 characters.'] });
});

describe('the files of all accounts that a user owns', () => {
  const NO_ROOM = 'There is no room for this file: all files of your bank accounts together may have 1000 bytes.';
  let user: TestUser;
  let first: TestBankAccount;
  let second: TestBankAccount;

  async function store(account: TestBankAccount, byteCount: number, status: number): Promise<string> {
    const { id } = await createTransaction(user, account);
    const answer = await user.http.patch(`/api/v1/transactions/${id}/`).attach('document', Buffer.alloc(byteCount), 'a.txt');
    expect([answer.status, answer.status === 400 ? answer.body : {}]).toEqual([status, status === 400 ? { document: [NO_ROOM] } : {}]);
    return `/api/v1/transactions/${id}/`;
  }

  async function newOwner(): Promise<void> {
    user = await createUser(server);
    first = await createBankAccount(server, user);
    second = await createBankAccount(server, user);
  }

  it('have as many bytes as configured; what goes makes room', async () => {
    await newOwner();
    const big = await store(first, 700, 200);
    await store(second, 301, 400);
    const small = await store(second, 300, 200);
    await user.http.patch(small).attach('document', Buffer.alloc(250), 'b.txt').expect(200);
    await store(second, 51, 400);
    await user.http.patch(big, { document: null }).expect(200);
    await store(first, 400, 200);
    await user.http.delete(small).expect(204);
    await store(second, 600, 200);
    await user.http.delete(`${PATH}${first.id}/`).expect(204);
    await store(second, 400, 200);
    await store(second, 1, 400);
  });

  it('are counted together when they come with new transactions, or side by side', async () => {
    await newOwner();
    const draft = { amount: '-1', posted_date: '2026-11-19', transaction_type: 'ach', raw_description: 'x' };
    const image = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(592)]);
    const both = user.http.post('/api/v1/transactions/').field({ ...draft, bank_account: first.id }).attach('image', image, 'a.png').attach('document', Buffer.alloc(401), 'a.txt');
    await both.expect(400, { document: [NO_ROOM] });
    const post = (account: TestBankAccount) => (): PromiseLike<Answer> =>
      user.http.post('/api/v1/transactions/').field({ ...draft, bank_account: account.id }).attach('document', Buffer.alloc(501), 'a.txt');
    expect(await sideBySide(user, [post(first), post(second)])).toMatchObject([{ status: 201 }, { status: 400, body: { document: [NO_ROOM] } }]);
  });
});
