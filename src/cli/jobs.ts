import { Command, InvalidArgumentError } from 'commander';

import { AppError } from '../errors.ts';
import { failedJobs, retryFailedJobs } from '../jobs/failed-jobs.ts';
import { printJson, printLine } from './output.ts';
import { printTable } from './print-table.ts';
import { withDatabase } from './with-database.ts';

interface JsonFlag {
  json?: true;
}

const STATES = { retrying: 'tried again by itself', running: 'running now', given_up: 'given up' };
const BIGGEST_ID = 2n ** 63n - 1n;

/** `mibudge jobs …`: what failed in the background, and to try it again. */
export function jobsCommand(): Command {
  const jobs = new Command('jobs').description('see what failed in the background, and try it again');
  jobs
    .command('list')
    .description('list the jobs whose last try failed; those not given up are tried again by themselves, with growing delays')
    .option('--json', 'print the jobs as JSON')
    .action(runList);
  jobs
    .command('retry')
    .description('try failed jobs again now, with all attempts before them; a running server takes them up')
    .argument('[ids...]', 'which, by their ids in the list', readIds)
    .option('--all', 'all that have failed')
    .option('--json', 'print the ids of the jobs as JSON')
    .action(runRetry);
  return jobs;
}

async function runList(flags: JsonFlag): Promise<void> {
  const jobs = await withDatabase(({ db }) => failedJobs(db));
  if (flags.json === true) printJson(jobs);
  else {
    const rows = jobs.map((job) => [
      job.id,
      job.job,
      job.bank_account ?? '',
      STATES[job.state],
      `${job.attempts} of ${job.maximum_attempts}`,
      job.next_try ?? '',
      job.error.split('\n', 1).join(''),
    ]);
    printTable(['id', 'job', 'account', 'state', 'attempts', 'next try', 'error'], rows, 'No job has failed.');
  }
}

async function runRetry(ids: string[], flags: JsonFlag & { all?: true }): Promise<void> {
  if ((ids.length === 0) !== (flags.all === true)) throw new AppError('invalid', { detail: 'Name the jobs to retry by their ids, or say --all.' });
  const retried = await withDatabase(({ db }) => retryFailedJobs(db, flags.all === true ? undefined : ids));
  if (flags.json === true) printJson(retried);
  else printLine(retried.length === 0 ? 'Nothing to retry.' : `Will be tried again: ${retried.join(', ')}.`);
  const missing = ids.filter((id) => !retried.includes(id));
  if (missing.length > 0) throw new AppError('not_found', { detail: `Not failed, or running now: ${missing.join(', ')}.` });
}

/** Collects the arguments one by one, as commander calls it. */
function readIds(text: string, previous: string[] | undefined): string[] {
  if (!/^\d{1,19}$/.test(text) || BigInt(text) > BIGGEST_ID) throw new InvalidArgumentError('It must be the number of a job.');
  return [...(previous ?? []), String(BigInt(text))];
}
