import type { z } from 'zod';

import type { bankAccountRequest, markImportedRequest, patchedBankAccountRequest } from './bank-account.schemas.ts';
import type { BankAccountDraft } from './create-bank-account.ts';
import type { ImportReport } from './mark-imported.ts';
import type { BankAccountChanges } from './update-bank-account.ts';

/** Reads a request for a new bank account in the words of the domain. */
export function readBankAccountDraft(body: z.output<typeof bankAccountRequest>): BankAccountDraft {
  return { ...readBankAccountChanges(body), name: body.name, bank: body.bank };
}

/** Reads the changes of a bank account in the words of the domain; what is absent is undefined. */
export function readBankAccountChanges(body: z.output<typeof patchedBankAccountRequest>): Omit<BankAccountDraft, 'name' | 'bank'> & Pick<BankAccountChanges, 'name' | 'bank'> {
  return {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.bank !== undefined && { bank: body.bank }),
    accountType: body.account_type,
    accountNumber: body.account_number,
    currency: body.currency,
    postedBalance: body.posted_balance,
    postedBalanceCurrency: body.posted_balance_currency,
    availableBalance: body.available_balance,
    availableBalanceCurrency: body.available_balance_currency,
    linkAliases: body.link_aliases,
  };
}

/** Reads what a request says about the end of an import. */
export function readImportReport(bankAccount: string, body: z.output<typeof markImportedRequest>): ImportReport {
  return { bankAccount, lastPostedThrough: body.last_posted_through, lower: body.lower ?? false };
}
