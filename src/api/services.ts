import type { UserDirectory } from '../auth/user-directory.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import type { Mutations } from '../mutations/mutate.ts';

/** What every route of the native surface may use. `main/` builds it once; what only some routes need, they get beside it. */
export interface Services {
  config: Config;
  db: Database;
  clock: Clock;
  /** Where requests find their users. */
  users: UserDirectory;
  /** The one door for changes. */
  mutations: Mutations;
}
