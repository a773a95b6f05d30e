/**
 * SQL for a budget's `complete` once its balance is `balance`. A goal or a recurring budget becomes complete when it
 * reaches its target, and stays so when money is spent; a capped budget or a fill-up is complete exactly while it
 * holds its target. Without a target nothing is ever complete. (What re-opens G and R: a raised target, a recurrence.)
 * @param budget the alias of the budget's row
 * @param balance SQL for the new balance
 */
export function completeSql(budget: string, balance: string): string {
  return `NOT ${budget}.is_unallocated AND ((${budget}.budget_type IN ('G', 'R') AND ${budget}.complete)
    OR (${budget}.target_balance > 0 AND ${balance} >= ${budget}.target_balance))`;
}
