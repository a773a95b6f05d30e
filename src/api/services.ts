import type { Config } from '../config.ts';
import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import type { Linker } from '../linking/linker.ts';
import type { UserDirectory } from '../auth/user-directory.ts';

/** What routes are built from: handed down explicitly, so that tests and the demo can choose each. */
export interface Services {
  config: Config;
  db: Database;
  clock: Clock;
  linker: Linker;
  /** Where requests find their users. */
  users: UserDirectory;
}
