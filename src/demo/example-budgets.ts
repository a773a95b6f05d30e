/** The currency, the days and the names below belong to examples/statements/. */

const PAYDAYS = 'RRULE:FREQ=MONTHLY;BYMONTHDAY=15,-1';
const FRIDAYS = 'RRULE:FREQ=WEEKLY;BYDAY=FR';

/** What is sent to make a budget, besides its account. */
export interface ExampleBudget {
  name: string;
  budget_type: 'G' | 'R' | 'C';
  funding_type: 'D' | 'F';
  target_balance: string;
  funding_schedule: string;
  funding_amount?: string;
  target_date?: string;
  recurrance_schedule?: string;
  with_fillup_goal?: boolean;
}

/** One budget of each main kind, with funding dates within the period of the example statements. */
export const EXAMPLE_BUDGETS: readonly ExampleBudget[] = [
  {
    // Two paydays fill the envelope beside it; on the first of the month it moves over, and rent is paid.
    name: 'Rent',
    budget_type: 'R',
    funding_type: 'D',
    target_balance: '1450.00',
    funding_schedule: PAYDAYS,
    recurrance_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1',
    with_fillup_goal: true,
  },
  { name: 'Electricity', budget_type: 'R', funding_type: 'D', target_balance: '85.00', funding_schedule: FRIDAYS, recurrance_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=20' },
  { name: 'Groceries', budget_type: 'C', funding_type: 'F', funding_amount: '60.00', target_balance: '350.00', funding_schedule: FRIDAYS },
  { name: 'Household', budget_type: 'C', funding_type: 'F', funding_amount: '25.00', target_balance: '100.00', funding_schedule: FRIDAYS },
  { name: 'Winter trip', budget_type: 'G', funding_type: 'D', target_balance: '900.00', target_date: '2026-12-15', funding_schedule: PAYDAYS },
  { name: 'Rainy day', budget_type: 'G', funding_type: 'F', funding_amount: '100.00', target_balance: '0.00', funding_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=5' },
];

/** The purchase that is split, by its raw description and its amount, and what goes where; the rest stays unallocated. */
export const EXAMPLE_SPLIT = {
  search: '11/04 HARVEST LANE MARKET',
  amountByBudget: { Groceries: '86.15', Household: '24.50' },
} as const;
