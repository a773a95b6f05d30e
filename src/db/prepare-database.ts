import { ConfigError, type Config } from '../config.ts';
import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { requireOwnSessions, SharedSessionsError } from './session-settings.ts';

/**
 * Brings a database up to date before it is used.
 * @param report is told what a long migration says of its progress
 * @returns the names of the migrations that this call applied
 * @throws ConfigError when a pooler stands where sessions of their own are needed (docs/operations.md); what `migrate` throws
 */
export async function prepareDatabase(db: Database, config: Pick<Config, 'directDatabaseUrl'>, report?: (line: string) => void): Promise<string[]> {
  await requireOwnSessions(db.directPool).catch((error: unknown) => {
    if (!(error instanceof SharedSessionsError)) throw error;
    if (config.directDatabaseUrl !== undefined) throw new ConfigError('MIBUDGE_DIRECT_DATABASE_URL', `must lead to Postgres without a pooler (${error.message})`);
    throw new ConfigError('DATABASE_URL', `leads through a pooler (${error.message}): MIBUDGE_DIRECT_DATABASE_URL must be given too, as docs/operations.md says`);
  });
  return migrate(db.directPool, report);
}
