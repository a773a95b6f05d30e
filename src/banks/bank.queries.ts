import type { z } from 'zod';

import { formatInstant } from '../dates.ts';
import { statement, type Database, type Queryable, type Statement } from '../db/database.ts';
import type { Bank } from '../db/generated/client.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import type { bank } from './bank.schemas.ts';

export type BankAnswer = z.output<typeof bank>;

const ORDER_COLUMNS = { name: 'name COLLATE "C"', created_at: 'created_at' };

/** Selected like this, a bank is what the API shows. */
const BANK_COLUMNS = 'id, name, routing_number, default_currency, created_at, modified_at';

const countBanks = statement<{ count: string }>('SELECT count(*) AS count FROM banks');

/** All banks, by name unless `ordering` says otherwise. */
export function bankPages(db: Queryable, ordering: string | undefined): PageSource<BankAnswer> {
  const findBanks = (order: string): Statement<BankAnswer> => statement(`SELECT ${BANK_COLUMNS} FROM banks ORDER BY ${order} LIMIT $1 OFFSET $2`);
  return {
    count: async () => Number((await db.row(countBanks))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(ordering, ORDER_COLUMNS, `${ORDER_COLUMNS.name}, id`, 'id'), (order, limit, offset) => db.rows(findBanks(order), [limit, offset])),
  };
}

const findAllBanks = statement<BankAnswer>(`SELECT ${BANK_COLUMNS} FROM banks ORDER BY ${ORDER_COLUMNS.name}, id`);

/** @returns all banks, by name */
export function allBanks(db: Queryable): Promise<BankAnswer[]> {
  return db.rows(findAllBanks);
}

/** @returns null when there is no such bank */
export function findBank(db: Database, id: string): Promise<Bank | null> {
  return db.prisma.bank.findUnique({ where: { id } });
}

/** A bank as the API shows it. */
export function presentBank(row: Bank): BankAnswer {
  return {
    id: row.id,
    name: row.name,
    routing_number: row.routingNumber,
    default_currency: row.defaultCurrency,
    created_at: formatInstant(row.createdAt),
    modified_at: formatInstant(row.modifiedAt),
  };
}
