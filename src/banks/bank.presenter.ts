import type { z } from 'zod';

import type { BankRow } from './bank.queries.ts';
import type { bank } from './bank.schemas.ts';

/** A bank as the API shows it: what is selected is what is shown. */
export function presentBank(row: BankRow): z.output<typeof bank> {
  return row;
}
