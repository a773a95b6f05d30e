import { Command, InvalidArgumentError } from 'commander';

import { parseCalendarDate, systemClock, type CalendarDate } from '../dates.ts';
import { query, type Database } from '../db/database.ts';
import { fundAllAccounts, type FundingDoors, type FundingOutcome } from '../funding/fund-all-accounts.ts';
import { fundInDryRun, fundInRounds, type FundToTheEnd } from '../funding/funding-rounds.ts';
import type { FundingReport } from '../funding/funding-report.ts';
import type { FundingDay } from '../funding/load-funding-input.ts';
import { EVENTS_PER_ROUND } from '../funding/plan.ts';
import { Mutations } from '../mutations/mutate.ts';
import { accountOption, noSuchAccount } from './account-option.ts';
import { JsonArrayPrinter, printLine } from './output.ts';
import { withDatabase } from './with-database.ts';

interface FundFlags {
  account?: string;
  date?: CalendarDate;
  dryRun?: true;
  json?: true;
}

/**
 * `mibudge fund`: runs the funding engine now, each account to the end, a report for each of its rounds. An account that fails
 * does not hold up the others; it is named on stderr, and the exit code is 1.
 */
export function fundCommand(): Command {
  return new Command('fund')
    .description('move money from Unallocated into the budgets whose funding dates have come')
    .addOption(accountOption())
    .option('--date <date>', 'fund through this date (YYYY-MM-DD) instead of today; never beyond what is imported', readDate)
    .option('--dry-run', 'do all of it, report it, and roll it back')
    .option('--json', `print the reports as a JSON array; one for each ${EVENTS_PER_ROUND} events of an account`)
    .action((flags: FundFlags) => withDatabase(({ db }) => runFund(db, flags)));
}

async function runFund(db: Database, flags: FundFlags): Promise<void> {
  const json = flags.json === true ? new JsonArrayPrinter() : undefined;
  const clock = systemClock;
  const day = { now: clock.now(), asOf: flags.date };
  // Funding has no effects outside the database.
  const doors = { db, mutations: new Mutations({ db, clock, makeHappen: () => Promise.resolve() }) };
  const fund = flags.dryRun === true ? fundInDryRun : fundInRounds;
  const outcomes = flags.account === undefined ? fundAllAccounts(doors, day, fund) : fundOneAccount(doors, flags.account, fund, day);
  for await (const outcome of outcomes) {
    if ('failure' in outcome) reportFailure(outcome);
    else if (json) json.add(outcome.report);
    else await printReport(db, outcome.report, flags.dryRun === true);
  }
  json?.end();
}

async function* fundOneAccount({ mutations }: FundingDoors, account: string, fund: FundToTheEnd, { asOf }: FundingDay): AsyncGenerator<FundingOutcome> {
  let isFound = false;
  for await (const report of fund(mutations, { bankAccountId: account, asOf })) {
    isFound = true;
    yield { account, report };
  }
  if (!isFound) throw noSuchAccount(account);
}

function reportFailure({ account, failure }: { account: string; failure: unknown }): void {
  process.stderr.write(`mibudge: account ${account} could not be funded: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exitCode = 1;
}

const findNames = query<{ id: string; name: string }>(`
SELECT id, name FROM bank_accounts WHERE id = $1 UNION ALL SELECT id, name FROM budgets WHERE bank_account_id = $1`);

async function printReport(db: Database, report: FundingReport, dryRun: boolean): Promise<void> {
  const names = new Map((await db.rows(findNames, [report.account])).map(({ id, name }) => [id, name]));
  const transfers = `${report.transfers} ${report.transfers === 1 ? 'transfer' : 'transfers'}${dryRun ? ', rolled back' : ''}`;
  const deferred = report.deferred ? '; later dates wait for the next import' : '';
  const more = report.has_more ? '; more follow' : '';
  printLine(`${names.get(report.account) ?? ''} (${report.account}) through ${report.as_of}: ${transfers}${deferred}${more}`);
  for (const { date, kind, budget, wanted, moved } of report.events) {
    printLine(`  ${date} ${kind === 'fund' ? 'funding' : 'recurrence'} of ${names.get(budget) ?? budget}: ${moved === wanted ? moved : `${moved} of ${wanted}`}`);
  }
  for (const name of report.skipped_budgets) printLine(`  paused, skipped: ${name}`);
  for (const warning of report.warnings) printLine(`  ! ${warning}`);
}

function readDate(text: string): CalendarDate {
  const date = parseCalendarDate(text);
  if (date === undefined) throw new InvalidArgumentError('It must be a date, YYYY-MM-DD.');
  return date;
}
