import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { PrismaClient } from './generated/client.ts';
import { POOL_TYPES, ROW_TYPES } from './row-values.ts';
import { StatementNames } from './statement-names.ts';

/** SQL that Postgres prepares once per connection, under a name made from its text; without a name, for each use. */
export interface Statement<Row> {
  readonly name: string | undefined;
  readonly text: string;
  /** Never set: carries the type of the rows that the text returns. */
  readonly row?: Row;
}

/** The program's own, some 150, and the lists as people use them. */
const names = new StatementNames(500);

/**
 * Declares a prepared statement.
 * @param text SQL with $1 … parameters
 * @typeParam Row what one row looks like: numeric, int8 and date columns are strings, timestamps are InstantText
 */
export function statement<Row extends object>(text: string): Statement<Row> {
  return { name: names.nameOf(text), text };
}

/** Declares a statement whose text is hardly ever the same twice: Postgres plans it for each use, and keeps nothing. */
export function unpreparedStatement<Row extends object>(text: string): Statement<Row> {
  return { name: undefined, text };
}

/** Something that runs statements: the database outside a transaction, or a transaction. */
export interface Queryable {
  /** @returns all rows of the answer */
  rows<Row extends object>(statement: Statement<Row>, parameters?: readonly unknown[]): Promise<Row[]>;
  /** @returns the first row, or undefined when there is none */
  row<Row extends object>(statement: Statement<Row>, parameters?: readonly unknown[]): Promise<Row | undefined>;
}

export interface DatabaseOptions {
  /** At most this many connections; each writer that waits for an account's lock holds one. */
  maximumConnections?: number;
  /** How long a writer waits for an account's lock before it answers 503. */
  lockTimeoutMilliseconds?: number;
  /** Called with the text of every statement that is sent; tests count with it. */
  onStatement?: (text: string) => void;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  onConnectionError?: (error: Error) => void;
}

/**
 * A statement may take this long; long jobs raise it for themselves. A transaction before half a million others takes 5 s,
 * and several times that when their pages have no room (docs/adr/0004-plans-of-the-chains.md).
 */
const STATEMENT_TIMEOUT_MILLISECONDS = 60_000;
const LOCK_TIMEOUT_MILLISECONDS = 10_000;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Every statement of a request is meant to go over an index, and says so; and each is planned once per connection, not
 * anew for each request (docs/adr/0005-plans-over-indexes.md). What reads whole histories (`inSnapshot`) switches both back
 * for its transaction. Instants come back in UTC, as `row-values.ts` expects them.
 */
const SESSION_OPTIONS = '-c enable_seqscan=off -c TimeZone=UTC -c plan_cache_mode=force_generic_plan';

/** Options of the configured URL come first, and would otherwise replace these. */
function withSessionOptions(connectionString: string): string {
  const url = new URL(connectionString);
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} ${SESSION_OPTIONS}`.trim());
  return url.href;
}

/**
 * The one pool of connections, with two ways to use it: `prisma` for ordinary reads and writes, and prepared
 * statements (`rows`, `row`, `inTransaction`) for the ledger and the hot lists (docs/adr/0002-two-ways-to-the-database.md).
 */
export class Database implements Queryable {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;

  constructor(connectionString: string, options: DatabaseOptions = {}) {
    this.pool = new pg.Pool({
      connectionString: withSessionOptions(connectionString),
      max: options.maximumConnections ?? 20,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'mibudge',
      statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
      lock_timeout: options.lockTimeoutMilliseconds ?? LOCK_TIMEOUT_MILLISECONDS,
      idle_in_transaction_session_timeout: 60_000,
      types: POOL_TYPES,
      Client: options.onStatement ? observedClient(options.onStatement) : pg.Client,
    });
    const onError = (error: Error): void => options.onConnectionError?.(error);
    this.pool.on('error', onError);
    // A connection may break while it is checked out: without a listener that would end the process.
    this.pool.on('connect', (client) => client.on('error', onError));
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool, { disposeExternalPool: false }) });
  }

  async rows<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.pool.query<Row>({ name: prepared.name, text: prepared.text, values: [...parameters], types: ROW_TYPES });
    return result.rows;
  }

  async row<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows(prepared, parameters))[0];
  }

  /** Closes all connections; waits for those in use. */
  async close(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}

/** A client class that reports each statement before it is sent. */
function observedClient(onStatement: (text: string) => void): typeof pg.Client {
  return class ObservedClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      const send = this.query.bind(this);
      const observed = (...sent: unknown[]): unknown => {
        const [named] = sent;
        if (typeof named === 'string') onStatement(named);
        else if (typeof named === 'object' && named !== null && 'text' in named && typeof named.text === 'string') onStatement(named.text);
        return Reflect.apply(send, this, sent);
      };
      Object.assign(this, { query: observed });
    }
  };
}
