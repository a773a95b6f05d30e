import { ALLOCATION_CHECKS } from '../allocations/allocation-checks.ts';
import { ALLOCATION_COUNTS } from '../allocations/allocation-counts.ts';
import { BUDGET_VALUES } from '../budgets/budget-values.ts';
import { TRANSFER_CHECKS } from '../budgets/transfer-checks.ts';
import { FUNDING_EVENT_ORDINALS } from '../funding/funding-event-ordinals.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';
import { TRANSACTION_COUNTS } from '../transactions/transaction-counts.ts';

/** Everything that is checked and made anew with the balances. */
export const DERIVED_VALUES: readonly DerivedValues[] = [TRANSACTION_COUNTS, BUDGET_VALUES, ALLOCATION_COUNTS, ALLOCATION_CHECKS, TRANSFER_CHECKS, FUNDING_EVENT_ORDINALS];
