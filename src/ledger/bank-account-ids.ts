import { query, type Queryable } from '../db/database.ts';

const ACCOUNTS_PER_PAGE = 500;

/** Before every id that there is. */
export const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

const findPage = query<{ id: string }>('SELECT id FROM bank_accounts WHERE id > $1 ORDER BY id LIMIT $2');

/** The ids of all bank accounts, read a page at a time. */
export async function* allBankAccountIds(db: Queryable): AsyncGenerator<string> {
  let last: string | undefined = BEFORE_ALL_IDS;
  while (last !== undefined) {
    const page: { id: string }[] = await db.rows(findPage, [last, ACCOUNTS_PER_PAGE]);
    for (const { id } of page) yield id;
    last = page.at(-1)?.id;
  }
}
