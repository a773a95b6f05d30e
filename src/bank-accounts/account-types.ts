/** C checking, S savings, X credit card. */
export const ACCOUNT_TYPES = ['C', 'S', 'X'] as const;

export type AccountType = (typeof ACCOUNT_TYPES)[number];

export const DEFAULT_ACCOUNT_TYPE: AccountType = 'C';
