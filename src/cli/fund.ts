import { Command, InvalidArgumentError } from 'commander';

import { allBankAccountIds } from '../balances/bank-account-ids.ts';
import { parseCalendarDate, systemClock, type CalendarDate } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { inDryRun, inTransaction } from '../db/transaction.ts';
import { fundAccount, type FundingReport } from '../funding/fund-account.ts';
import { accountOption, noSuchAccount } from './account-option.ts';
import { printJson, printLine } from './output.ts';
import { withDatabase } from './with-database.ts';

interface FundFlags {
  account?: string;
  date?: CalendarDate;
  dryRun?: true;
  json?: true;
}

/** `mibudge fund`: runs the funding engine now, each account in a database transaction of its own. */
export function fundCommand(): Command {
  return new Command('fund')
    .description('move money from Unallocated into the budgets whose funding dates have come')
    .addOption(accountOption())
    .option('--date <date>', 'fund through this date (YYYY-MM-DD) instead of today; never beyond what is imported', readDate)
    .option('--dry-run', 'do all of it, report it, and roll it back')
    .option('--json', 'print the reports as JSON')
    .action(runFund);
}

async function runFund(flags: FundFlags): Promise<void> {
  const reports = await withDatabase((db) => fundAccounts(db, flags));
  if (flags.account !== undefined && reports.length === 0) throw noSuchAccount(flags.account);
  if (flags.json === true) printJson(reports);
  else for (const report of reports) printReport(report, flags.dryRun === true);
}

async function fundAccounts(db: Database, flags: FundFlags): Promise<FundingReport[]> {
  const run = flags.dryRun === true ? inDryRun : inTransaction;
  const reports: FundingReport[] = [];
  for await (const id of flags.account === undefined ? allBankAccountIds(db) : [flags.account]) {
    const report = await run(db, (tx) => fundAccount(tx, id, { clock: systemClock, asOf: flags.date }));
    if (report) reports.push(report);
  }
  return reports;
}

function printReport(report: FundingReport, dryRun: boolean): void {
  const deferred = report.deferred ? '; later dates wait for the next import' : '';
  printLine(`account ${report.account} through ${report.as_of}: ${report.transfers} transfers${dryRun ? ' (rolled back)' : ''}${deferred}`);
  for (const event of report.events) printLine(`  ${event.date} ${event.kind} budget ${event.budget}: ${event.moved} of ${event.wanted}`);
  for (const name of report.skipped_budgets) printLine(`  paused, skipped: ${name}`);
  for (const warning of report.warnings) printLine(`  ! ${warning}`);
}

function readDate(text: string): CalendarDate {
  const date = parseCalendarDate(text);
  if (date === undefined) throw new InvalidArgumentError('It must be a date, YYYY-MM-DD.');
  return date;
}
