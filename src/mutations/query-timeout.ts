import { query } from '../db/database.ts';
import type { Tx } from './transaction.ts';

const allow = query<object>(`SELECT set_config('statement_timeout', '10min', true)`);

/** Lets the statements of this transaction take ten minutes each: for what works through a whole history. */
export async function allowLongQueries(tx: Tx): Promise<void> {
  await tx.rows(allow);
}
