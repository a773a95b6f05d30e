import Table from 'cli-table3';
import type { ApiBudget } from '../client/api-types.ts';
import { Decimal, formatMoney, ZERO } from '../money.ts';

const KINDS: Record<ApiBudget['budget_type'], string> = { G: 'goal', R: 'recurring', A: 'fill-up', C: 'capped' };

/** What a line of the table tells of a budget. */
export type TableBudget = Pick<ApiBudget, 'id' | 'name' | 'balance' | 'target_balance' | 'budget_type' | 'next_funding'>;

/** The account whose money the budgets divide. */
interface DividedAccount {
  available_balance: string;
  currency: string;
  unallocated_budget: string | null;
}

/**
 * Draws an account's budgets with their balances, and the total, which must be the account's available balance.
 * @throws Error when it is not.
 */
export function drawBudgetTable(budgets: readonly TableBudget[], account: DividedAccount): string {
  const total = budgets.reduce((sum, { balance }) => sum.plus(balance), ZERO);
  if (!total.equals(account.available_balance)) {
    throw new Error(`The budgets hold ${formatMoney(total, account.currency)}, the account ${account.available_balance}: they do not add up.`);
  }
  const table = new Table({
    head: ['Budget', 'Kind', 'Target', `Balance ${account.currency}`, 'Next funding'],
    colAligns: ['left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  const isUnallocated = ({ id }: TableBudget): boolean => id === account.unallocated_budget;
  for (const budget of [...budgets.filter((each) => !isUnallocated(each)), ...budgets.filter(isUnallocated)]) {
    table.push([
      budget.name,
      isUnallocated(budget) ? '' : KINDS[budget.budget_type],
      new Decimal(budget.target_balance).isZero() ? '' : withThousands(budget.target_balance),
      withThousands(budget.balance),
      budget.next_funding === null ? '' : `${budget.next_funding.date}  ${withThousands(budget.next_funding.amount)}`,
    ]);
  }
  table.push(['Total', '', '', withThousands(formatMoney(total, account.currency)), '= available balance ✓']);
  return table.toString();
}

/** `-1234567.80` → `-1,234,567.80`. */
export function withThousands(amount: string): string {
  return amount.replace(/^-?\d+/, (integer) => integer.replaceAll(/\B(?=(?:\d{3}){1,8}$)/g, ','));
}
