import type { BudgetType, FundingType } from './funding-input.ts';

/** G goal, R recurring, A the fill-up of a recurring budget, C capped. */
export const BUDGET_TYPES = ['G', 'R', 'A', 'C'] as const satisfies readonly BudgetType[];

/** D spreads the gap until a date, F moves a fixed amount. */
export const FUNDING_TYPES = ['D', 'F'] as const satisfies readonly FundingType[];

export const DEFAULT_BUDGET_TYPE: BudgetType = 'G';
export const DEFAULT_FUNDING_TYPE: FundingType = 'D';
