import { statement, type Database } from '../db/database.ts';
import { orderBy } from '../http/list-query.ts';
import type { PageSource } from '../http/pagination.ts';
import { FUNDING_SYSTEM } from './find-user.ts';
import type { UserProfile } from './user.presenter.ts';

const ORDER_COLUMNS = { username: 'username COLLATE "C"', name: 'name COLLATE "C"', created_at: 'created_at' };

const countPeople = statement<{ count: string }>('SELECT count(*) AS count FROM users WHERE username <> $1');

/** All people, active or not; `funding-system` is none. By username unless `ordering` says otherwise. */
export function userPages(db: Database, ordering: string | undefined): PageSource<UserProfile> {
  const order = orderBy(ordering, ORDER_COLUMNS, ORDER_COLUMNS.username, 'id');
  const findPeople = statement<UserProfile>(`SELECT id, username, name, default_bank_account_id AS "defaultBankAccountId", timezone
    FROM users WHERE username <> $1 ORDER BY ${order} LIMIT $2 OFFSET $3`);
  return {
    count: async () => Number((await db.row(countPeople, [FUNDING_SYSTEM]))?.count ?? 0),
    rows: (limit, offset) => db.rows(findPeople, [FUNDING_SYSTEM, limit, offset]),
  };
}
