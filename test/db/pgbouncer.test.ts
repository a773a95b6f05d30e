import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ConfigError, type Config } from '../../src/config.ts';
import { Database, query } from '../../src/db/database.ts';
import { codeOf } from '../../src/db/failures.ts';
import { prepareDatabase } from '../../src/db/prepare-database.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { startBackgroundJobs } from '../../src/main/background-jobs.ts';
import { buildServices } from '../../src/main/services.ts';
import { UserCache } from '../../src/auth/user-cache.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';
import { hasPgBouncer, startPgBouncer, type PgBouncer } from '../support/pgbouncer.ts';
import { runCommandLine } from '../support/processes.ts';
import { waitUntil } from '../support/waiting.ts';

const IGNORED = 'ignore_startup_parameters = options,statement_timeout,lock_timeout,idle_in_transaction_session_timeout';
const settings = query<{ lock: string; timeout: string; zone: string }>(
  `SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS timeout, current_setting('TimeZone') AS zone`,
);

describe.skipIf(!hasPgBouncer)(`behind PgBouncer in transaction mode${hasPgBouncer ? '' : ' (skipped: pgbouncer is not installed)'}`, () => {
  let pooler: PgBouncer;
  let directUrl: string;
  // Before the server's own, so that it ends after it.
  afterAll(() => pooler.stop());
  const server = useServer({ MIBUDGE_THROTTLE_LOGIN: '10/minute' }, {
    sharesSessions: true,
    connectThrough: async (url) => {
      directUrl = url;
      // Not the timezone that the server wants: one that is lost between two transactions would show.
      await onDatabase(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET TimeZone = 'Asia/Tokyo'`);
      pooler = await startPgBouncer(url);
      return pooler.url;
    },
  });

  it('many requests at once share two sessions, and all are answered', async () => {
    const user = await createUser(server, { timezone: 'UTC' });
    const account = await createBankAccount(server, user);
    const posted = Array.from({ length: 20 }, (_, index) => createTransaction(user, account, { amount: '-1.00', posted_date: '2026-11-19T12:00:00Z', raw_description: `SHOP ${index}` }));
    const paths = ['/api/v1/transactions/?page_size=5&ordering=-amount', '/api/v1/budgets/', '/api/v1/users/me/', `/api/v1/bank-accounts/${account.id}/`, '/api/v1/banks/'];
    const logIns = ['wrong horse battery', user.password].map(async (password) => server.http.post('/api/token/').send({ username: user.username, password }));
    const answers = await Promise.all([...paths, ...paths, ...paths, ...paths].map(async (path) => user.http.get(path)));
    await Promise.all(posted);
    expect((await Promise.all(logIns)).map(({ status }) => status)).toEqual([401, 200]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const list = await user.http.get(`/api/v1/transactions/?bank_account=${account.id}`);
    expect(list.body).toMatchObject({ count: 20, results: expect.arrayContaining([expect.objectContaining({ posted_date: '2026-11-19T12:00:00.000Z' })]) as unknown });
    const { rows: [stored] } = await server.db.directPool.query<{ created: Date }>('SELECT created_at AS created FROM users WHERE id = $1', [user.id]);
    expect((await server.db.prisma.user.findUnique({ where: { id: user.id } }))?.createdAt).toEqual(stored?.created);
    await expectSoundLedger(server);
  });

  it('the command line works with both variables, and names the one that is missing', async () => {
    const environment = { DATABASE_URL: pooler.url, MIBUDGE_DATA_DIR: server.config.dataDirectory };
    const [both, one] = await Promise.all([
      runCommandLine(['verify-balances'], { ...environment, MIBUDGE_DIRECT_DATABASE_URL: directUrl }),
      runCommandLine(['verify-balances'], environment),
    ]);
    expect([both.code, both.stderr]).toEqual([0, '']);
    expect([one.code, one.stderr]).toEqual([1, expect.stringContaining('MIBUDGE_DIRECT_DATABASE_URL must be given too') as unknown]);
  });

  it('a transaction has its limits, and leaves none to the next one on its session', async () => {
    const [inside, outside] = [await inTransaction(server.db, (tx) => tx.row(settings)), await server.db.row(settings)];
    expect([inside, outside]).toEqual([{ lock: '10s', timeout: '1min', zone: 'UTC' }, { lock: '0', timeout: '0', zone: 'UTC' }]);
  });

  it('a statement under way is cancelled through it', async () => {
    const asleep = server.db.row(query('SELECT pg_sleep(60)')).catch(codeOf);
    await waitUntil('the statement runs', async () => (await server.db.directPool.query(`SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'`)).rowCount === 1);
    await server.db.cancelQueries();
    expect(await asleep).toBe('57014');
  });

  it('jobs run, and a changed user is known at once', async () => {
    const user = await createUser(server);
    const checking = await createBankAccount(server, user, { account_number: '00011111111' });
    const savings = await createBankAccount(server, user, { account_number: '00022222222' });
    const users = new UserCache(server.db);
    const jobs = await startBackgroundJobs(buildServices(server, server.app.log), server.app.log);
    const out = await createTransaction(user, checking, { amount: '-50.00', posted_date: '2026-11-10T12:00:00Z', raw_description: 'TRANSFER TO ACCOUNT ENDING IN 2222' });
    await createTransaction(user, savings, { amount: '50.00', posted_date: '2026-11-10T12:00:00Z', raw_description: 'DEPOSIT' });
    await server.linker.settled();
    await vi.waitFor(async () => {
      expect((await user.http.get(`/api/v1/transactions/${out.id}/`)).body).toMatchObject({ linked_transaction: expect.any(String) as unknown });
    }, 20_000);
    await vi.waitFor(() => { expect(users.isListening).toBe(true); }, 10_000);
    await users.find(user.id);
    await server.db.pool.query('UPDATE users SET is_active = false WHERE id = $1', [user.id]);
    await vi.waitFor(async () => { expect(await users.find(user.id)).toMatchObject({ isActive: false }); });
    await users.stop();
    await jobs.stop();
  });

  describe('without MIBUDGE_DIRECT_DATABASE_URL', () => {
    let ignoring: PgBouncer;
    beforeAll(async () => {
      ignoring = await startPgBouncer(directUrl, [IGNORED]);
    });
    afterAll(() => ignoring.stop());

    /** What the preparation of a database behind a pooler says. */
    async function failureOf(url: string, config: Pick<Config, 'directDatabaseUrl'>): Promise<unknown> {
      const db = new Database(url, { onConnectionError: () => undefined, directConnectionString: config.directDatabaseUrl });
      const failure = await prepareDatabase(db, config).then(() => undefined, (error: unknown) => error);
      await db.close();
      return failure;
    }

    it('a start is refused in one line that names it, whether the pooler refuses settings or drops them', async () => {
      for (const [url, reason] of [[pooler.url, 'refused'], [ignoring.url, 'dropped']] as const) {
        const failure = await failureOf(url, { directDatabaseUrl: undefined });
        expect(failure).toBeInstanceOf(ConfigError);
        expect(failure).toHaveProperty('message', `DATABASE_URL leads through a pooler (settings of a session were ${reason}): MIBUDGE_DIRECT_DATABASE_URL must be given too, as docs/operations.md says`);
      }
      expect(await failureOf(pooler.url, { directDatabaseUrl: ignoring.url })).toHaveProperty('message', 'MIBUDGE_DIRECT_DATABASE_URL must lead to Postgres without a pooler (settings of a session were dropped)');
    });

    it('nobody is remembered, because LISTEN does not work', async () => {
      const user = await createUser(server);
      const sent: string[] = [];
      const db = new Database(ignoring.url, { onQuery: (text) => sent.push(text) });
      const users = new UserCache(db);
      await vi.waitFor(() => { expect(sent.filter((text) => text.includes('pg_notify'))).toHaveLength(2); }, 10_000);
      expect(users.isListening).toBe(false);
      await users.find(user.id);
      await server.db.pool.query('UPDATE users SET is_active = false WHERE id = $1', [user.id]);
      expect(await users.find(user.id)).toMatchObject({ isActive: false });
      await users.stop();
      await db.close();
    });
  });
});

async function onDatabase(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(sql);
  await client.end();
}
