import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { wasCommitted } from '../../src/mutations/commit-fate.ts';
import { query } from '../../src/db/database.ts';
import { lockBankAccount, lockTwoBankAccounts } from '../../src/ledger/lock-bank-account.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { useServer } from '../support/app.ts';
import { DatabaseProxy, type CutMoment } from '../support/database-proxy.ts';
import { createBankAccount, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';
import { waitUntilBlocked } from '../support/waiting.ts';

let proxy: DatabaseProxy;
let directUrl: string;
const server = useServer(
  {},
  {
    connectThrough: async (databaseUrl) => {
      directUrl = databaseUrl;
      proxy = await DatabaseProxy.open(databaseUrl);
      return proxy.url;
    },
    lockTimeoutMilliseconds: 400,
  },
);

let user: TestUser;
let account: TestBankAccount;
beforeAll(async () => {
  user = await createUser(server);
});
beforeEach(async () => {
  account = await createBankAccount(server, user);
});

const purchase = { amount: '-10.00', posted_date: '2026-11-19T12:00:00Z', transaction_type: 'signature_purchase', raw_description: 'SHOP' };

function post(): ReturnType<TestUser['http']['post']> {
  return user.http.post('/api/v1/transactions/', { bank_account: account.id, ...purchase });
}

async function transactionCount(): Promise<number> {
  const { body } = (await user.http.get(`/api/v1/transactions/?bank_account=${account.id}`)) as { body: { count: number } };
  return body.count;
}

describe('a connection that is lost', () => {
  test.each<[string, CutMoment[]]>([
    ['before COMMIT arrives, the work is done again', ['before']],
    ['twice before COMMIT arrives, the work is done again twice', ['before', 'before']],
    ['before COMMIT arrives and Postgres has not noticed, its session is ended and the work is done again', ['half-open']],
    ['after COMMIT arrived, the committed result is the answer', ['after']],
    ['before COMMIT and then after it, the write is there once', ['before', 'after']],
  ])('%s', async (_, moments) => {
    proxy.cutCommits(...moments);
    const response = await post();
    expect(response.status).toBe(201);
    expect(proxy.cutsLeft).toBe(0);
    expect(await transactionCount()).toBe(1);
    expect((await user.http.get(`/api/v1/bank-accounts/${account.id}/`)).body).toMatchObject({ available_balance: '-10.00', posted_balance: '-10.00' });
    await expectSoundLedger(server);
  });

  test('more often than the work is repeated gives 503 with Retry-After, and writes nothing', async () => {
    proxy.cutCommits('before', 'before', 'before');
    const response = await post();
    expect(response.status).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(await transactionCount()).toBe(0);
  });
});

test('while there is no database, reads and writes are 503 with Retry-After, and afterwards all is as before', async () => {
  expect((await post()).status).toBe(201);
  await proxy.interrupt();
  const answers = [await post(), await user.http.get('/api/v1/transactions/'), await user.http.get('/api/v1/banks/'), await user.http.get('/api/v1/users/me/')];
  expect(answers.map((answer) => answer.status)).toEqual([503, 503, 503, 503]);
  for (const answer of answers) {
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body).toEqual({ detail: 'The service is temporarily unavailable. Try again shortly.' });
  }
  await proxy.resume();
  expect(await transactionCount()).toBe(1);
  expect((await post()).status).toBe(201);
  await expectSoundLedger(server);
});

describe('the lock of an account', () => {
  const lockRow = 'SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE';

  /** Holds an account's lock from outside of the server while `work` runs. */
  async function whileLocked<Result>(bankAccountId: string, work: (holder: pg.Client) => Promise<Result>): Promise<Result> {
    const holder = new pg.Client({ connectionString: directUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(lockRow, [bankAccountId]);
      return await work(holder);
    } finally {
      await holder.end();
    }
  }

  test('that is not given up in time makes a writer answer 503 with Retry-After, and write nothing', async () => {
    const response = await whileLocked(account.id, async () => post());
    expect(response.status).toBe(503);
    expect(response.headers['retry-after']).toBe('5');
    expect(await transactionCount()).toBe(0);
  });

  test('makes a second writer wait, who then sees what the first one has written', async () => {
    const order: string[] = [];
    const first = inTransaction(server.db, async (tx) => {
      await lockBankAccount(tx, account.id);
      const second = inTransaction(server.db, async (other) => {
        const locked = await lockBankAccount(other, account.id);
        order.push('second');
        return locked?.name;
      });
      await waitUntilBlocked(directUrl, 1);
      order.push('first');
      await tx.rows(query('UPDATE bank_accounts SET name = $2 WHERE id = $1'), [account.id, 'Renamed under the lock']);
      return { second };
    });
    const { second } = await first;
    expect(await second).toBe('Renamed under the lock');
    expect(order).toEqual(['first', 'second']);
  });

  test('does not make readers wait', async () => {
    await whileLocked(account.id, async () => {
      expect((await user.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(200);
      expect(await transactionCount()).toBe(0);
    });
  });

  test('of two accounts is taken in one order, whichever is named first', async () => {
    const other = await createBankAccount(server, user);
    const pairs = Array.from({ length: 8 }, (_, index) => index % 2 === 0 ? { first: account.id, second: other.id } : { first: other.id, second: account.id });
    const locked = await Promise.all(
      pairs.map(({ first, second }) => inTransaction(server.db, async (tx) => [...(await lockTwoBankAccounts(tx, first, second)).keys()])),
    );
    expect(new Set(locked.map((ids) => ids.join()))).toEqual(new Set([[account.id, other.id].sort().join()]));
  });
});

describe('a transaction of the database', () => {
  test('that Postgres ends as a deadlock runs again', async () => {
    const other = await createBankAccount(server, user);
    const lock = query<{ name: string }>('SELECT name FROM bank_accounts WHERE id = $1 FOR UPDATE');
    const patient = query('SELECT set_config($1, $2, true)');
    let attempts = 0;
    let bothHoldOne: (() => void) | undefined;
    const meeting = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    let holding = 0;
    const crossing = (first: string, second: string): Promise<void> =>
      inTransaction(server.db, async (tx) => {
        attempts += 1;
        await tx.rows(patient, ['lock_timeout', '20s']);
        await tx.rows(patient, ['deadlock_timeout', '20ms']);
        await tx.rows(lock, [first]);
        holding += 1;
        if (holding === 2) bothHoldOne?.();
        await meeting;
        await tx.rows(lock, [second]);
      });
    await Promise.all([crossing(account.id, other.id), crossing(other.id, account.id)]);
    expect(attempts).toBeGreaterThan(2);
  });

  test('in which a statement failed cannot be committed by hiding the failure', async () => {
    const hiding = inTransaction(server.db, async (tx) => {
      await tx.rows(query('SELECT 1 / 0')).catch(() => undefined);
    });
    await expect(hiding).rejects.toThrow('rolled back');
  });

  test('that takes too long is undone and reported as unavailable', async () => {
    const slow = inTransaction(server.db, async (tx) => {
      await tx.rows(query("SELECT set_config('statement_timeout', '50ms', true)"));
      await tx.rows(query('SELECT pg_sleep(20)'));
    });
    await expect(slow).rejects.toMatchObject({ code: '57014' });
  });
});

describe('the fate of a COMMIT without an answer', () => {
  const identify = query<{ id: string; life: string }>(
    'SELECT pg_current_xact_id()::text AS id, pg_stat_get_bgwriter_stat_reset_time()::text AS life',
  );

  test('is known while Postgres has not crashed in between', async () => {
    const identity = await inTransaction(server.db, (tx) => tx.row(identify));
    expect(await wasCommitted(server.db, { id: identity?.id ?? '', life: identity?.life ?? null, processId: 0 })).toBe(true);
  });

  test('is unknown when Postgres has crashed since, for the same id may be that of another transaction now', async () => {
    const identity = await inTransaction(server.db, (tx) => tx.row(identify));
    const earlierLife = { id: identity?.id ?? '', life: '2001-01-01 00:00:00+00', processId: 0 };
    await expect(wasCommitted(server.db, earlierLife)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('is "not committed" when Postgres has forgotten the id in a crash', async () => {
    expect(await wasCommitted(server.db, { id: '4000000000', life: '2001-01-01 00:00:00+00', processId: 0 })).toBe(false);
  });
});
