import { Command } from 'commander';

import { DERIVED_VALUES } from './derived-values.ts';
import { verifyBalances, type BalanceDifference, type VerificationReport } from '../ledger/verify-balances.ts';
import { accountOption, noSuchAccount } from './account-option.ts';
import { counted, printJson, printLine } from './output.ts';
import { withDatabase } from './with-database.ts';

interface VerifyFlags {
  account?: string;
  json?: true;
}

/** `mibudge verify-balances`: checks the whole ledger from scratch. Ends with exit code 1 when anything is wrong. */
export function verifyBalancesCommand(): Command {
  return new Command('verify-balances')
    .description('check every balance, running balance and counter from scratch; changes nothing')
    .addOption(accountOption())
    .option('--json', 'print the result as JSON')
    .action(runVerifyBalances);
}

async function runVerifyBalances(flags: VerifyFlags): Promise<void> {
  const report = await withDatabase(({ db }) => verifyBalances(db, DERIVED_VALUES, { bankAccountId: flags.account }));
  if (!report) throw noSuchAccount(flags.account);
  if (flags.json === true) printJson(report);
  else printReport(report);
  if (report.differences.length > 0) process.exitCode = 1;
}

function printReport(report: VerificationReport): void {
  const checked = `${counted(report.accounts, 'account')} with ${counted(report.transactions, 'transaction')}`;
  if (report.differences.length === 0) {
    printLine(`✓ ${checked}: every balance is right.`);
    return;
  }
  for (const difference of report.differences) printLine(describeDifference(difference));
  const more = report.ended_early ? ' The search ended there; there may be more.' : '';
  printLine(`✗ ${checked}: ${report.differences.length} wrong.${more} \`mibudge recompute-balances\` repairs balances, running balances and counters.`);
}

function describeDifference(difference: BalanceDifference): string {
  const places = [
    `account ${difference.bank_account}`,
    difference.budget === null ? undefined : `budget ${difference.budget}`,
    difference.transaction === null ? undefined : `transaction ${difference.transaction}`,
    difference.internal_transaction === null ? undefined : `internal transaction ${difference.internal_transaction}`,
    difference.entry === null ? undefined : `entry ${difference.entry}`,
  ];
  return `${difference.check}: expected ${difference.expected ?? 'nothing'}, stored ${difference.stored ?? 'nothing'} (${places.filter(Boolean).join(', ')})`;
}
