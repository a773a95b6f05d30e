import type { FastifyBaseLogger } from 'fastify';

/** What must happen once a change is committed, and never before: nothing outside the database can be rolled back. */
export type Effect =
  /** A new transaction may be the counterpart of one on another account. */
  | { kind: 'transaction-added' }
  /** Stored files, as the database named them, that no row names any more. */
  | { kind: 'files-released'; names: readonly string[] }
  /** What a process remembers of a user is no longer true. */
  | { kind: 'user-changed'; userId: number }
  /** Something that the operator must be able to find in the log afterwards. */
  | { kind: 'audited'; audit: string; text: string; facts: Readonly<Record<string, string | number>> };

/**
 * Makes one effect happen. It does not fail: the change stands, and what could not be done is logged.
 * @param log that of the request whose change it is; undefined for a change that no request made
 */
export type EffectHandler = (effect: Effect, log: FastifyBaseLogger | undefined) => Promise<void>;
