import { jsonb, orNull, text, type RowOf } from '../db/columns.ts';

/** What a budget only keeps for its users, by the names on the wire: no rule looks at it. */
export const BUDGET_DETAILS = {
  memo: orNull(text),
  auto_spend: orNull(jsonb),
  color: orNull(text),
};

export type BudgetDetails = RowOf<typeof BUDGET_DETAILS>;

/** Details as they are sent: what is undefined stays as it is, or is nothing yet. */
export type SentDetails = { readonly [Name in keyof BudgetDetails]?: BudgetDetails[Name] | undefined };
