import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';

const forbidJoinsOfWholeTables = query<object>(
  `SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)`,
);

/**
 * For the rest of a transaction, makes Postgres go from row to row over indexes. It cannot know how much of a chain lies
 * after an instant, nor what this transaction has just inserted; guessing too much, it would join the whole table, all
 * other accounts' history included, to recompute the end of one chain (docs/adr/0004-plans-of-the-chains.md).
 */
export async function planOverIndexes(tx: Tx): Promise<void> {
  await tx.rows(forbidJoinsOfWholeTables);
}
