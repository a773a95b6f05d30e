import { query, type Queryable } from '../db/database.ts';
import type { User } from '../db/generated/client.ts';
import { FUNDING_SYSTEM } from '../security/usernames.ts';

/** A user as administrators see them. */
export interface UserSummary {
  id: number;
  username: string;
  name: string;
  timezone: string;
  is_staff: boolean;
  is_active: boolean;
}

const findAll = query<UserSummary>(
  'SELECT id, username, name, timezone, is_staff, is_active FROM users WHERE username <> $1 ORDER BY username COLLATE "C"',
);

const findAnyone = query<object>('SELECT FROM users WHERE is_active AND password_hash IS NOT NULL LIMIT 1');

/** @returns all people, active or not, by username */
export function listAllUsers(db: Queryable): Promise<UserSummary[]> {
  return db.rows(findAll, [FUNDING_SYSTEM]);
}

/** Says whether there is anyone who can log in: on a new server there is not. */
export async function anyoneCanLogIn(db: Queryable): Promise<boolean> {
  return (await db.row(findAnyone)) !== undefined;
}

/** A stored user as administrators see them. */
export function summarizeUser(user: User): UserSummary {
  const { id, username, name, timezone } = user;
  return { id, username, name, timezone, is_staff: user.isStaff, is_active: user.isActive };
}
