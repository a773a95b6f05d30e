import { setTimeout as delay } from 'node:timers/promises';

import { AppError } from '../errors.ts';
import { query, type Database } from '../db/database.ts';
import { codeOf, isConnectionLost } from '../db/failures.ts';

/** What identifies an open transaction to Postgres, from outside of it and after it. */
export interface TransactionIdentity {
  /** Its id, an xid8. */
  id: string;
  /** Which life of Postgres it was begun in: this text differs after every crash of Postgres. */
  life: string | null;
  /** The process of Postgres that served it. */
  processId: number;
}

/**
 * SQL that begins a transaction and returns its identity, in one round trip. Statistics do not survive a crash: the
 * moment from which they count tells one life of Postgres from the next, to any user and in any version.
 * @param limits columns that set the limits of the transaction
 */
export function beginIdentified(limits: string): string {
  return `BEGIN; SELECT pg_current_xact_id()::text AS id, ${lifeSql()} AS life, pg_backend_pid() AS process_id, ${limits}`;
}

function lifeSql(): string {
  return 'pg_stat_get_bgwriter_stat_reset_time()::text';
}

/** Nobody can say whether a transaction was committed. What it would refer to must stay. */
export class UnknownFate extends AppError {
  constructor() {
    super('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}

/** How long to ask: a crashed Postgres recovers in about this time. */
const PATIENCE_MILLISECONDS = 15_000;
const INTERVAL_MILLISECONDS = 100;
const RETRY_AFTER_SECONDS = 5;
/** What pg_xact_status says of an id that it has not given out yet. */
const INVALID_PARAMETER_VALUE = '22023';

const askQuery = query<{ status: string | null; life: string | null }>(`SELECT pg_xact_status($1::xid8) AS status, ${lifeSql()} AS life`);

// A lost connection may still look well from the other side, and its COMMIT may still be on the way there.
const endQuery = query<object>(
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $2 AND backend_xid = $1::xid8::xid',
);

/**
 * Finds out what became of a transaction whose COMMIT was not answered.
 * @returns true when it is committed, false when it is not and never will be
 * @throws UnknownFate when that cannot be known
 */
export async function wasCommitted(db: Database, transaction: TransactionIdentity): Promise<boolean> {
  for (let patience = PATIENCE_MILLISECONDS; patience > 0; patience -= INTERVAL_MILLISECONDS) {
    try {
      const answer = await db.row(askQuery, [transaction.id]);
      const sameLife = answer?.life === transaction.life && transaction.life !== null;
      if (answer?.status === 'aborted') return false;
      if (answer?.status === 'committed' && sameLife) return true;
      // A crash forgets ids of which nothing had reached the disk, and gives them out again: since one, this id may be
      // another transaction's. To say yes or to try again could each be wrong.
      if (answer?.status === 'committed') break;
      if (answer?.status === 'in progress' && sameLife) await db.rows(endQuery, [transaction.id, transaction.processId]);
    } catch (error) {
      // The id lies in the future of a Postgres that has forgotten it in a crash.
      if (codeOf(error) === INVALID_PARAMETER_VALUE) return false;
      if (!isConnectionLost(error)) throw error;
    }
    await delay(INTERVAL_MILLISECONDS);
  }
  throw new UnknownFate();
}
