import type pg from 'pg';

import { codeOf } from './failures.ts';

/** A statement outside of a transaction, such as a list's, may take this long: it is a read that someone waits for. */
export const READ_TIMEOUT_MILLISECONDS = 5_000;
/**
 * A statement of a transaction may take this long, many times what a change of the distant past does
 * (docs/adr/0004-plans-of-the-chains.md); long jobs raise it for themselves.
 */
export const STATEMENT_TIMEOUT_MILLISECONDS = 60_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS = 60_000;

/** Told at the start of a session and read back later: what stands between this server and Postgres may drop it. */
const MARK = 'mibudge.session';
const OWN = 'own';

/**
 * Every statement of a request is meant to go over an index, and says so; and each is planned once per connection, not
 * anew for each request (docs/adr/0005-plans-over-indexes.md). What reads whole histories (`inUnchangingView`) switches both back
 * for its transaction. Instants come back in UTC, as `row-values.ts` expects them.
 */
const SESSION_OPTIONS = `-c enable_seqscan=off -c TimeZone=UTC -c plan_cache_mode=force_generic_plan -c ${MARK}=${OWN}`;

/** How long a session waits at most. */
export interface SessionLimits {
  /** For a statement outside of a transaction. */
  statementMilliseconds: number;
  /** For a lock. */
  lockMilliseconds: number;
}

/** Postgres keeps 63 bytes of a name. */
const MAXIMUM_NAME_CHARACTERS = 50;

/**
 * Gives the sessions of one process a name that no others have, by which Postgres can be asked about them.
 * @param suffix what no other process has; an `application_name` in the URL stands before it
 */
export function nameSessions(connectionString: string, suffix: string): { name: string; connectionString: string } {
  const url = new URL(connectionString);
  const name = `${(url.searchParams.get('application_name') ?? 'mibudge').slice(0, MAXIMUM_NAME_CHARACTERS)}-${suffix}`;
  url.searchParams.set('application_name', name);
  return { name, connectionString: url.href };
}

/** How to open connections that are sessions of their own: each keeps its settings and its prepared statements. */
export function ownSession(connectionString: string, { statementMilliseconds, lockMilliseconds }: SessionLimits): pg.ClientConfig {
  return {
    connectionString: withSessionOptions(connectionString),
    statement_timeout: statementMilliseconds,
    lock_timeout: lockMilliseconds,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS,
  };
}

/** Options of the configured URL come first, and would otherwise replace these. */
function withSessionOptions(connectionString: string): string {
  const url = new URL(connectionString);
  url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} ${SESSION_OPTIONS}`.trim());
  return url.href;
}

/**
 * How to open connections through a pooler that gives each transaction any session it has (PgBouncer in transaction mode).
 * It refuses most settings at the start. The timezone it carries along from session to session; Prisma reads every instant
 * as one in UTC, whatever its offset.
 */
export function sharedSession(connectionString: string): pg.PoolConfig {
  return {
    connectionString,
    verify: (client, done) => {
      client.query(`SET TimeZone = 'UTC'`).then(() => { done(); }, done);
    },
  };
}

/**
 * The limits of a transaction as columns of a SELECT, which set them until it ends.
 * @param sharedLockMilliseconds how long to wait for a lock, on a session that others share; one of our own has this limit
 */
export function limitsOfTransaction(sharedLockMilliseconds: number | undefined): string {
  const limits = {
    statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
    ...(sharedLockMilliseconds !== undefined && {
      lock_timeout: sharedLockMilliseconds,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MILLISECONDS,
    }),
  };
  return Object.entries(limits).map(([name, milliseconds]) => `set_config('${name}', '${milliseconds}', true)`).join(', ');
}

/** Connections that must be sessions of their own are not: what is set and prepared on one may be missing at its next use. */
export class SharedSessionsError extends Error {
  override name = 'SharedSessionsError';
}

/** PgBouncer's answer to settings at the start of a session. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Makes sure that connections are sessions of their own.
 * @throws SharedSessionsError when something between this server and Postgres refuses their settings or drops them
 */
export async function requireOwnSessions(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ mark: string | null }>(`SELECT current_setting('${MARK}', true) AS mark`).catch((error: unknown) => {
    if (codeOf(error) === PROTOCOL_VIOLATION) throw new SharedSessionsError('settings of a session were refused', { cause: error });
    throw error;
  });
  if (rows[0]?.mark !== OWN) throw new SharedSessionsError('settings of a session were dropped');
}

/** Says whether statements outside of transactions have a bound in time. On shared sessions only the operator can set one. */
export async function hasStatementTimeout(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query<{ timeout: string }>(`SELECT current_setting('statement_timeout') AS timeout`);
  return rows[0]?.timeout !== '0';
}
