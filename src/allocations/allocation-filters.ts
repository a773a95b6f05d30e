import { visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import type { Conditions } from '../db/conditions.ts';
import { comparing, type FilterConditions } from '../db/list-filters.ts';

/** Whose allocations a list has. */
interface ShareFilters {
  bankAccountId?: string | undefined;
  budgetId?: string | undefined;
}

/** What a list of allocations is narrowed to; what is undefined does not narrow it. */
export interface AllocationFilters extends ShareFilters {
  transactionId?: string | undefined;
  category?: string | undefined;
}

/** SQL for what a list is made of: each account that the principal sees, or one budget. */
export interface Shares {
  /** A FROM item `s` with a row for each. */
  from: string;
  /** What makes an entry `e` part of `s`. */
  entries: string;
  /** What makes a budget `b` part of `s`. */
  budgets: string;
}

/** Adds the parameters that say whose allocations a list has. */
export function sharesOf(conditions: Conditions, principal: Principal, { bankAccountId, budgetId }: ShareFilters): Shares {
  const owned = visibleOwners(conditions, principal, bankAccountId);
  if (budgetId === undefined) {
    return {
      from: `(SELECT o.bank_account_id FROM bank_account_owners o WHERE ${owned}) s`,
      entries: `e.bank_account_id = s.bank_account_id AND e.kind = ${ENTRY_KIND.allocation}`,
      budgets: 'b.bank_account_id = s.bank_account_id',
    };
  }
  return {
    from: `(SELECT o.bank_account_id, b.id AS budget_id FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id
      WHERE ${owned} AND b.id = ${conditions.parameter(budgetId)}) s`,
    entries: `e.budget_id = s.budget_id AND e.kind = ${ENTRY_KIND.allocation}`,
    budgets: 'b.id = s.budget_id',
  };
}

/** What the filters ask of an entry `e` of those shares. */
export const ALLOCATION_CONDITIONS: FilterConditions<Omit<AllocationFilters, keyof ShareFilters>> = {
  transactionId: comparing('e.transaction_id', '='),
  category: comparing('e.category', '='),
};
