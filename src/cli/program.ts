import { Command } from 'commander';

import { ConfigError } from '../config.ts';
import { EmbeddedPostgresError } from '../embedded-postgres/embedded-postgres.ts';
import { codeOf, isUnavailable } from '../db/failures.ts';
import { MigrationError } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import { ApiError } from '../client/api-error.ts';
import { ImportError } from '../importer/import-account.ts';
import { StatementError } from '../statement-files/statement.ts';
import { accountCommand } from './account.ts';
import { bankCommand } from './bank.ts';
import { failureText } from './failure-text.ts';
import { fundCommand } from './fund.ts';
import { importCommand } from './import.ts';
import { jobsCommand } from './jobs.ts';
import { keysCommand } from './keys.ts';
import { recomputeBalancesCommand } from './recompute-balances.ts';
import { userCommand } from './user.ts';
import { verifyBalancesCommand } from './verify-balances.ts';

/** Failures that say in one line what a person can do about them; any other is a bug and shows its stack. */
const EXPECTED_FAILURES = [ConfigError, EmbeddedPostgresError, MigrationError, ApiError, ImportError, StatementError];

const program = new Command('mibudge')
  .description('Envelope budgeting: administration of the server, and the importer of bank files.')
  .showHelpAfterError('(--help shows what there is)')
  .addCommand(userCommand())
  .addCommand(bankCommand())
  .addCommand(accountCommand())
  .addCommand(fundCommand())
  .addCommand(importCommand())
  .addCommand(verifyBalancesCommand())
  .addCommand(recomputeBalancesCommand())
  .addCommand(jobsCommand())
  .addCommand(keysCommand());

/** Runs the command that the process was started with. Failure is a line on standard error and exit code 1. */
export async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`mibudge: ${describeFailure(error)}\n`);
    process.exitCode = 1;
  }
}

function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AppError) return failureText(error);
  if (EXPECTED_FAILURES.some((failure) => error instanceof failure)) return error.message;
  if (isUnavailable(error)) return `The database cannot be reached, or is busy: ${error.message || (codeOf(error) ?? error.name)}`;
  return error.stack ?? error.message;
}
