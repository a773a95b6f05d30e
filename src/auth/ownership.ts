import type { Conditions } from '../db/conditions.ts';
import type { Principal } from './principal.ts';

/**
 * SQL that holds for the bank accounts which a principal sees: those that its user owns, and that its credential opens.
 * @param bankAccountId an SQL expression
 * @param at the number of the first of its two parameters, which are `ownershipParameters`
 */
export function isVisibleSql(bankAccountId: string, at: number): string {
  const [user, opened] = [`$${at}`, `$${at + 1}::uuid[]`];
  return `EXISTS (SELECT FROM bank_account_owners o WHERE o.bank_account_id = ${bankAccountId} AND o.user_id = ${user}
    AND (${opened} IS NULL OR o.bank_account_id = ANY (${opened})))`;
}

/** The values of the two parameters of `isVisibleSql`. */
export function ownershipParameters(principal: Principal): [userId: number, bankAccountIds: readonly string[] | null] {
  return [principal.userId, principal.bankAccountIds];
}

/**
 * SQL for which rows `o` of `bank_account_owners` a list is made of: one for each account that the principal sees.
 * @param bankAccountId only this account
 */
export function visibleOwners(conditions: Conditions, principal: Principal, bankAccountId?: string): string {
  const terms = [`o.user_id = ${conditions.parameter(principal.userId)}`];
  if (principal.bankAccountIds !== null) terms.push(`o.bank_account_id = ANY (${conditions.parameter(principal.bankAccountIds)}::uuid[])`);
  if (bankAccountId !== undefined) terms.push(`o.bank_account_id = ${conditions.parameter(bankAccountId)}`);
  return terms.join(' AND ');
}
