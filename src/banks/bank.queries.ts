import { formatInstant, type InstantText } from '../dates.ts';
import { query, type Database, type Queryable, type Query } from '../db/database.ts';
import type { Bank } from '../db/generated/client.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';

/** A bank as it is stored. */
export interface BankRow {
  id: string;
  name: string;
  routing_number: string | null;
  default_currency: string;
  created_at: InstantText;
  modified_at: InstantText;
}

const ORDER_COLUMNS = { name: 'name COLLATE "C"', created_at: 'created_at' };

const BANK_COLUMNS = 'id, name, routing_number, default_currency, created_at, modified_at';

const countBanks = query<{ count: string }>('SELECT count(*) AS count FROM banks');

/** All banks, by name unless `ordering` says otherwise. */
export function listBanks(db: Queryable, ordering: string | undefined): PageSource<BankRow> {
  const findBanks = (order: string): Query<BankRow> => query(`SELECT ${BANK_COLUMNS} FROM banks ORDER BY ${order} LIMIT $1 OFFSET $2`);
  return {
    count: async () => Number((await db.row(countBanks))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(ordering, ORDER_COLUMNS, `${ORDER_COLUMNS.name}, id`, 'id'), (order, limit, offset) => db.rows(findBanks(order), [limit, offset])),
  };
}

const findAllBanks = query<BankRow>(`SELECT ${BANK_COLUMNS} FROM banks ORDER BY ${ORDER_COLUMNS.name}, id`);

/** @returns all banks, by name */
export function allBanks(db: Queryable): Promise<BankRow[]> {
  return db.rows(findAllBanks);
}

/** @returns undefined when there is no such bank */
export async function findBank(db: Database, id: string): Promise<BankRow | undefined> {
  const bank = await db.prisma.bank.findUnique({ where: { id } });
  return bank ? bankRow(bank) : undefined;
}

/** A bank that Prisma read, as lists select it. */
export function bankRow({ id, name, routingNumber, defaultCurrency, createdAt, modifiedAt }: Bank): BankRow {
  return { id, name, routing_number: routingNumber, default_currency: defaultCurrency, created_at: formatInstant(createdAt), modified_at: formatInstant(modifiedAt) };
}
