import { query, type Queryable } from '../db/database.ts';

/** What every request needs to know of the user whose token it carries. */
export interface KnownUser {
  id: number;
  username: string;
  isStaff: boolean;
  isActive: boolean;
  /** IANA name; days and timestamps without an offset are read in it. */
  timezone: string;
}

/** Where requests find their users. */
export interface UserDirectory {
  /** @returns undefined when there is no such user */
  find(userId: number): Promise<KnownUser | undefined>;
  /** To be called after a change of a user has been committed: what is found from then on includes it. */
  forget(userId: number): void;
}

const findUser = query<KnownUser>(
  'SELECT id, username, is_staff AS "isStaff", is_active AS "isActive", timezone FROM users WHERE id = $1',
);

/** Asks the database every time. */
export function queryUser(db: Queryable, userId: number): Promise<KnownUser | undefined> {
  return db.row(findUser, [userId]);
}

/** A directory that remembers nothing. */
export function plainUserDirectory(db: Queryable): UserDirectory {
  return { find: (userId) => queryUser(db, userId), forget: () => undefined };
}
