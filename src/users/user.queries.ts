import { query, type Database, type Queryable, type Query } from '../db/database.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { FUNDING_SYSTEM } from '../security/usernames.ts';

/** What is shown of a user. */
export interface UserProfile {
  id: number;
  username: string;
  name: string;
  defaultBankAccountId: string | null;
  timezone: string;
}

const PROFILE_COLUMNS = 'id, username, name, default_bank_account_id AS "defaultBankAccountId", timezone';

const profileQuery = query<UserProfile>(`SELECT ${PROFILE_COLUMNS} FROM users WHERE id = $1`);

/** @returns undefined when there is no such user. Apps ask for their own at every start, so that it is SQL and not Prisma's. */
export async function findProfile(db: Queryable, userId: number): Promise<UserProfile | undefined> {
  return db.row(profileQuery, [userId]);
}

const ORDER_COLUMNS = { username: 'username COLLATE "C"', name: 'name COLLATE "C"', created_at: 'created_at' };

const countPeople = query<{ count: string }>('SELECT count(*) AS count FROM users WHERE username <> $1');

/** All people, active or not; `funding-system` is none. By username unless `ordering` says otherwise. */
export function listUsers(db: Database, ordering: string | undefined): PageSource<UserProfile> {
  const findPeople = (order: string): Query<UserProfile> =>
    query(`SELECT ${PROFILE_COLUMNS}
      FROM users WHERE username <> $1 ORDER BY ${order} LIMIT $2 OFFSET $3`);
  return {
    count: async () => Number((await db.row(countPeople, [FUNDING_SYSTEM]))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(ordering, ORDER_COLUMNS, ORDER_COLUMNS.username, 'id'), (order, limit, offset) => db.rows(findPeople(order), [FUNDING_SYSTEM, limit, offset])),
  };
}
