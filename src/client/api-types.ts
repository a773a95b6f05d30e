import type { components } from './generated/openapi.ts';

/** The objects of the API, as its document describes them. */
type Schemas = components['schemas'];

export type ApiBank = Schemas['Bank'];
export type ApiBankAccount = Schemas['BankAccount'];
export type ApiBudget = Schemas['Budget'];
export type ApiTransaction = Schemas['Transaction'];
export type ApiAllocation = Schemas['TransactionAllocation'];
export type ApiUser = Schemas['User'];

/** What is sent to create an object. */
export type NewBankAccount = Schemas['BankAccountRequest'];
export type NewTransaction = Schemas['TransactionRequest'];
