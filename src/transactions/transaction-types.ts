/** The kinds of transaction that banks report; empty text when the bank says nothing. */
export const TRANSACTION_TYPES = [
  '',
  'signature_purchase',
  'ach',
  'round-up_transfer',
  'protected_goal_account_transfer',
  'fee',
  'pin_purchase',
  'signature_credit',
  'interest_credit',
  'shared_transfer',
  'courtesy_credit',
  'atm_withdrawal',
  'bill_payment',
  'bank_generated_credit',
  'wire_transfer',
  'check_deposit',
  'check',
  'c2c',
  'migration_interbank_transfer',
  'balance_sweep',
  'ach_reversal',
  'adjustment',
  'signature_return',
  'fx_order',
] as const;

export type TransactionType = (typeof TRANSACTION_TYPES)[number];
