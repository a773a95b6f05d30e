import { BUDGET_CHAIN as LEDGER_CHAIN, type BudgetSnapshots, type Chain } from '../ledger/chain.ts';
import { completeSql } from './completion.ts';

/** The chains of budgets, for everyone who moves money: `complete` follows the balance. */
export const BUDGET_CHAIN: Chain<BudgetSnapshots> = {
  ...LEDGER_CHAIN,
  follows: (budget, balance) => `complete = ${completeSql(budget, balance)}`,
};
