/** Deadlock and serialization failure: Postgres undid everything and asks to try again. */
const TRANSIENT_STATES = new Set(['40001', '40P01']);
/** Class 08 and the shutdown states: the connection is gone, whatever it was doing. */
const LOST_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '25P03']);
/** Lock timeout, statement timeout, too many connections, out of memory or disk: nothing is half-written, try later. */
const BUSY_STATES = new Set(['55P03', '57014', '53000', '53100', '53200', '53300']);
const LOST_SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);
/** What pg says when a connection ends under a query; these errors carry no code. */
const LOST_MESSAGES = /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Connection ended)/;

/** A write where only reading is possible: a standby, or a database that is kept from changes. */
const READ_ONLY_STATE = '25006';
/** What this machine has run out of: room on a disk, a quota, file handles. */
const EXHAUSTED_SYSTEM_CODES = new Set(['ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE']);

/** Where a failure keeps the one behind it; Prisma nests what Postgres said two levels deep. */
const WRAPPERS = ['cause', 'meta', 'driverAdapterError'];

/**
 * The SQLSTATE or system code behind a failure, from pg or from Prisma's adapter.
 * @returns undefined when the failure carries none
 */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('originalCode' in error && typeof error.originalCode === 'string') return error.originalCode;
  for (const wrapper of WRAPPERS) {
    const inner = codeOf(Reflect.get(error, wrapper));
    if (inner !== undefined) return inner;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Says whether the same transaction may simply run again. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && TRANSIENT_STATES.has(code);
}

/** Says whether the connection to the database was lost, or could not be made. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return code.startsWith('08') || LOST_STATES.has(code) || LOST_SYSTEM_CODES.has(code) || code === 'P1001';
  return error instanceof Error && LOST_MESSAGES.test(error.message);
}

/** Says whether the database takes no changes at present. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === READ_ONLY_STATE;
}

/**
 * Says whether the database or the disk could not serve this now: lost, busy, full, closed to changes, or a timeout. A client
 * may try again later.
 */
export function isUnavailable(error: unknown): boolean {
  if (isConnectionLost(error) || isTransient(error) || isReadOnly(error)) return true;
  const code = codeOf(error);
  return code !== undefined && (BUSY_STATES.has(code) || EXHAUSTED_SYSTEM_CODES.has(code));
}

/** Says whether a unique constraint refused the write, optionally one whose name contains `constraint`. */
export function isUniqueViolation(error: unknown, constraint = ''): boolean {
  if (codeOf(error) !== '23505') return false;
  const name = typeof error === 'object' && error !== null && 'constraint' in error ? error.constraint : undefined;
  return typeof name !== 'string' || name.includes(constraint);
}
