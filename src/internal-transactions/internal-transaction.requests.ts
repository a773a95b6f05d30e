import type { z } from 'zod';

import { instantIn } from '../api/input/fields.ts';
import type { InternalTransactionDraft } from './create-internal-transaction.ts';
import type { internalTransactionRequest } from './internal-transaction.schemas.ts';

/**
 * Reads a request in the words of the domain, its timestamp in the user's timezone.
 * @throws InvalidInput on a timestamp that is none
 */
export function readInternalTransactionDraft(body: z.output<typeof internalTransactionRequest>, timezone: string): InternalTransactionDraft {
  return {
    bankAccount: body.bank_account,
    amount: body.amount,
    amountCurrency: body.amount_currency,
    sourceBudget: body.src_budget,
    destinationBudget: body.dst_budget,
    effectiveDate: body.effective_date === undefined ? undefined : instantIn('effective_date', body.effective_date, timezone),
  };
}
