import { randomBytes } from 'node:crypto';

import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { ChangeQueues } from './change-queues.ts';
import { PrismaClient } from './generated/client.ts';
import { KeyedQueues, type QueueLimits } from './keyed-queues.ts';
import { POOL_TYPES, ROW_TYPES } from './row-values.ts';
import {
  limitsOfTransaction,
  nameSessions,
  ownSession,
  READ_TIMEOUT_MILLISECONDS,
  sharedSession,
  STATEMENT_TIMEOUT_MILLISECONDS,
} from './session-settings.ts';
import { QueryNames } from './query-names.ts';

/** SQL that Postgres prepares once per connection, under a name made from its text; without a name, for each use. */
export interface Query<Row> {
  readonly name: string | undefined;
  readonly text: string;
  /** Never set: carries the type of the rows that the text returns. */
  readonly row?: Row;
}

/** The program's own, some 150, and the lists as people use them. */
const names = new QueryNames(500);

/**
 * Declares a query that Postgres prepares.
 * @param text SQL with $1 … parameters
 * @typeParam Row what one row looks like: numeric, int8 and date columns are strings, timestamps are InstantText. A test compares
 *   it with what Postgres says of the text (test/db/queries.test.ts); `object` when nobody reads the rows
 */
export function query<Row extends object>(text: string): Query<Row> {
  return { name: names.nameOf(text), text };
}

/** Declares a query whose text is hardly ever the same twice: Postgres plans it for each use, and keeps nothing. */
export function unpreparedQuery<Row extends object>(text: string): Query<Row> {
  return { name: undefined, text };
}

/** Something that runs queries: the database outside a transaction, or a transaction. */
export interface Queryable {
  /** @returns all rows of the answer */
  rows<Row extends object>(query: Query<Row>, parameters?: readonly unknown[]): Promise<Row[]>;
  /** @returns the first row, or undefined when there is none */
  row<Row extends object>(query: Query<Row>, parameters?: readonly unknown[]): Promise<Row | undefined>;
}

export interface DatabaseOptions {
  /**
   * Leads to Postgres itself where the other connection string leads through a pooler in transaction mode: then sessions are
   * shared, statements are not kept prepared, and what needs a session of its own gets one here.
   */
  directConnectionString?: string | undefined;
  /** At most this many connections for requests and the work of jobs. */
  maximumConnections?: number;
  /** How long a writer waits for an account's lock before it answers 503. */
  lockTimeoutMilliseconds?: number;
  /** How long a statement outside of a transaction may take before its request is answered 503. */
  readTimeoutMilliseconds?: number;
  /** Called with the text of every statement that is sent; tests count with it. */
  onQuery?: (text: string) => void;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  onConnectionError?: (error: Error) => void;
}

/** Of one process, for requests and the work of jobs. */
export const MAXIMUM_CONNECTIONS = 20;
/** A user who wants more at once, such as searches, waits in memory. */
export const HEAVY_READS_OF_USER: QueueLimits = { concurrency: 2, maximumWaiting: 20, patienceMilliseconds: 10_000 };
export const LOCK_TIMEOUT_MILLISECONDS = 10_000;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
/** The job queue's listener, a proof and the listener for changes of users, and three for the queue's short writes. */
const SESSION_CONNECTIONS = 6;

/** A probe that hangs says enough; and a connection that is too old says little about new ones. */
const PROBE = { connectionTimeoutMillis: 3_000, query_timeout: 3_000, maxLifetimeSeconds: 60 };

/**
 * The pool of connections, with two ways to use it: prepared statements (`rows`, `row`, `inTransaction`) in transactions and for
 * lists, and `prisma` for single objects outside of transactions (docs/adr/0002-two-ways-to-the-database.md).
 */
export class Database implements Queryable {
  readonly pool: pg.Pool;
  /**
   * A few more connections, each a session of its own whatever `pool` is: for LISTEN, the job queue and migrations. Requests
   * that wait for connections do not hold these up.
   */
  readonly directPool: pg.Pool;
  /** Whether another transaction of `pool` may find itself on any session, as behind a pooler in transaction mode. */
  readonly sharesSessions: boolean;
  /** One more connection like those of `pool`, to see whether the database can be reached while all others are in use. */
  readonly probePool: pg.Pool;
  /** Columns of a SELECT that set the limits of a transaction. */
  readonly transactionLimits: string;
  readonly prisma: PrismaClient;
  /** Where changes wait before they take a connection. */
  readonly changes = new ChangeQueues();
  /** Where reads that may take long wait before they take a connection, by user. */
  readonly heavyReads = new KeyedQueues(HEAVY_READS_OF_USER);
  readonly #poolName: string;

  constructor(connectionString: string, options: DatabaseOptions = {}) {
    const { directConnectionString, maximumConnections = MAXIMUM_CONNECTIONS } = options;
    const { lockTimeoutMilliseconds: lockMilliseconds = LOCK_TIMEOUT_MILLISECONDS } = options;
    const { readTimeoutMilliseconds: statementMilliseconds = READ_TIMEOUT_MILLISECONDS } = options;
    this.sharesSessions = directConnectionString !== undefined;
    this.transactionLimits = limitsOfTransaction(this.sharesSessions ? lockMilliseconds : undefined);
    const limits = { statementMilliseconds, lockMilliseconds };
    const named = nameSessions(connectionString, randomBytes(4).toString('hex'));
    this.#poolName = named.name;
    const session = this.sharesSessions ? sharedSession(named.connectionString) : ownSession(named.connectionString, limits);
    this.pool = openPool({ ...session, max: maximumConnections }, options);
    const directSession = ownSession(directConnectionString ?? connectionString, { ...limits, statementMilliseconds: STATEMENT_TIMEOUT_MILLISECONDS });
    this.directPool = openPool({ ...directSession, max: SESSION_CONNECTIONS }, options);
    this.probePool = openPool({ ...session, ...PROBE, max: 1 }, options);
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool, { disposeExternalPool: false }) });
  }

  async rows<Row extends object>(prepared: Query<Row>, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.pool.query<Row>(queryOf(prepared, parameters, this));
    return result.rows;
  }

  async row<Row extends object>(prepared: Query<Row>, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows(prepared, parameters))[0];
  }

  /**
   * Cancels whatever the sessions of `pool` are doing now: each statement fails with SQLSTATE 57014. A pooler between carries the
   * name of the sessions along.
   */
  async cancelQueries(): Promise<void> {
    await this.directPool.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'`, [this.#poolName]);
  }

  /** Closes all connections; waits for those in use. */
  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await Promise.all([this.pool, this.directPool, this.probePool].map((pool) => pool.end()));
  }
}

function openPool(config: pg.PoolConfig, options: DatabaseOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'mibudge',
    types: POOL_TYPES,
    Client: options.onQuery ? observedClient(options.onQuery) : pg.Client,
    ...config,
  });
  const onError = (error: Error): void => options.onConnectionError?.(error);
  pool.on('error', onError);
  // A connection may break while it is checked out: without a listener that would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/**
 * A statement as pg takes it. On shared sessions it is prepared for this one use: a session may not know it by name, or know
 * another one by that name.
 */
export function queryOf<Row>(prepared: Query<Row>, parameters: readonly unknown[], { sharesSessions }: { sharesSessions: boolean }): pg.QueryConfig {
  return { name: sharesSessions ? undefined : prepared.name, text: prepared.text, values: [...parameters], types: ROW_TYPES };
}

/** A client class that reports each statement before it is sent. */
function observedClient(onQuery: (text: string) => void): typeof pg.Client {
  return class ObservedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      const send = this.query.bind(this);
      const observed = (...sent: unknown[]): unknown => {
        const [named] = sent;
        if (typeof named === 'string') onQuery(named);
        else if (typeof named === 'object' && named !== null && 'text' in named && typeof named.text === 'string') onQuery(named.text);
        return Reflect.apply(send, this, sent);
      };
      Object.assign(this, { query: observed });
    }
  };
}
