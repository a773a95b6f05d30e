import { Command } from 'commander';

import { DERIVED_VALUES } from './derived-values.ts';
import { recomputeBalances, type CorrectedAccount } from '../ledger/recompute-balances.ts';
import { verifyBalances } from '../ledger/verify-balances.ts';
import { accountOption, noSuchAccount } from './account-option.ts';
import { counted, printJson, printLine } from './output.ts';
import { withDatabase } from './with-database.ts';

interface RecomputeFlags {
  account?: string;
  json?: true;
}

/**
 * `mibudge recompute-balances`: repairs what can be made from transactions and entries, and says what it changed. Ends
 * with exit code 1 when something is still wrong, such as allocations that do not add up to their transaction.
 */
export function recomputeBalancesCommand(): Command {
  return new Command('recompute-balances')
    .description('make every balance, running balance and counter anew from the transactions, and say what was wrong')
    .addOption(accountOption())
    .option('--json', 'print the result as JSON')
    .action(runRecomputeBalances);
}

async function runRecomputeBalances(flags: RecomputeFlags): Promise<void> {
  const { report, remaining } = await withDatabase(async ({ db, mutations }) => ({
    report: await recomputeBalances({ db, mutations }, DERIVED_VALUES, flags.account),
    remaining: await verifyBalances(db, DERIVED_VALUES, { bankAccountId: flags.account }),
  }));
  if (!report || !remaining) throw noSuchAccount(flags.account);
  if (flags.json === true) printJson({ ...report, remaining_differences: remaining.differences });
  else {
    for (const account of report.corrected) printAccount(account);
    printLine(`${counted(report.accounts, 'account')} recomputed, ${report.corrected.length} of them corrected.`);
    if (remaining.differences.length > 0) printLine('✗ Not everything can be repaired this way: `mibudge verify-balances` shows what is still wrong.');
  }
  if (remaining.differences.length > 0) process.exitCode = 1;
}

function printAccount({ bank_account, transactions, entries, counts, values }: CorrectedAccount): void {
  printLine(`account ${bank_account}: ${counted(transactions, 'transaction')} and ${counted(entries, 'budget entry', 'budget entries')} had wrong running balances`);
  if (counts > 0) printLine(`  ${counted(counts, 'count')} of transactions by day or type, or of allocations by category, had been wrong`);
  for (const { budget, field, before, after } of values) {
    printLine(`  ${budget === null ? 'account' : `budget ${budget}`}: ${field} was ${before}, is ${after}`);
  }
}
