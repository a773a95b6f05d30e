import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { Logger, parseCronItems, run, type CronItem, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { FastifyBaseLogger } from 'fastify';

import { query, type Database } from '../db/database.ts';
import { optionalBankAccountOf } from './job-queue.ts';

export const CONCURRENT_JOBS = 4;
const RESTART_DELAY_MILLISECONDS = 2_000;
/** How long a queue that ends may wait for its jobs. After a lost connection the library waits for ever. */
const FAREWELL_MILLISECONDS = 10_000;

const findLocked = 'SELECT id FROM graphile_worker.jobs WHERE locked_by = $1';
const unlock = 'SELECT FROM graphile_worker.force_unlock_workers(ARRAY[$1])';
// A try that was cut short does not count; whoever has taken the job up meanwhile keeps it.
const restoreAttempts = `
SELECT FROM graphile_worker.jobs j
CROSS JOIN LATERAL graphile_worker.reschedule_jobs(ARRAY[j.id], attempts := greatest(j.attempts - 1, 0)) WHERE j.id = ANY($1::bigint[]) AND j.locked_by IS NULL`;

// A process that was killed leaves its jobs locked, which would be tried again only after four hours. Nothing says which
// of the locks are such; to run a job of another process a second time does no harm, because every job may run twice.
const releaseLocks = query<object>(
  'SELECT graphile_worker.force_unlock_workers(ARRAY(SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_by IS NOT NULL))',
);

export interface JobsOptions {
  db: Database;
  /** What to do, by the job's name. Each may be run again, and beside itself in another process, without harm. */
  tasks: TaskList;
  /** When the recurring ones come due. */
  cronItems: CronItem[];
  log: FastifyBaseLogger;
}

/** The jobs' share of this process, until `stop`. */
export class JobRunner {
  readonly #options: JobsOptions;
  readonly #stopping = new AbortController();
  #queue: Queue;
  #ended: Promise<void>;

  private constructor(options: JobsOptions, queue: Queue) {
    this.#options = options;
    this.#queue = queue;
    this.#ended = this.#keepRunning();
  }

  /**
   * Runs the jobs in this process, beside any number of other processes.
   * @throws what pg throws when the database cannot be reached at the start; later losses are waited for
   */
  static async start(options: JobsOptions): Promise<JobRunner> {
    return new JobRunner(options, await startQueue(options));
  }

  /**
   * Gives the jobs under way back to the queue, for another process or the next start. They still run here: to run a job twice
   * does no harm, and how it ends here no longer counts.
   */
  async handBack(): Promise<void> {
    const { directPool } = this.#options.db;
    const { rows } = await directPool.query<{ id: string }>(findLocked, [this.#queue.id]);
    await directPool.query(unlock, [this.#queue.id]);
    await directPool.query(restoreAttempts, [rows.map(({ id }) => id)]);
  }

  /** Takes no more jobs, and waits a while for those under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // It rejects when it has just stopped by itself.
    void this.#queue.runner.stop().catch(() => undefined);
    await this.#ended;
  }

  /** The queue gives up when it cannot even note how a job ended, as while the database is away: then it starts anew. */
  async #keepRunning(): Promise<void> {
    await this.#queue.ended;
    while (!this.#isStopping()) {
      this.#options.log.warn({ job: true }, 'the job queue has stopped; it starts again');
      await delay(RESTART_DELAY_MILLISECONDS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (!this.#isStopping()) await this.#restart();
    }
  }

  /** Ends when the queue has ended again, or could not start. */
  async #restart(): Promise<void> {
    try {
      this.#queue = await startQueue(this.#options);
      if (this.#isStopping()) void this.#queue.runner.stop().catch(() => undefined);
      await this.#queue.ended;
    } catch (error) {
      this.#options.log.warn({ job: true, err: error }, 'the job queue failed');
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}

/** The library's runner, and when it takes no more jobs and has had its time to end those under way. */
interface Queue {
  /** By which its jobs are locked. */
  id: string;
  runner: Runner;
  ended: Promise<void>;
}

async function startQueue({ db, tasks, cronItems, log }: JobsOptions): Promise<Queue> {
  await db.rows(releaseLocks);
  const events: WorkerEvents = new EventEmitter();
  const ending = once(events, 'pool:gracefulShutdown');
  events.on('job:failed', ({ job, error }) => {
    const about = { task: job.task_identifier, id: job.id, bankAccount: optionalBankAccountOf(job.payload), attempts: job.attempts };
    log.error({ job: true, ...about, err: error }, 'a job is given up until someone retries it: mibudge jobs list, mibudge jobs retry');
  });
  let id = '';
  events.once('pool:create', ({ workerPool }) => { id = workerPool.id; });
  const runner = await run({
    pgPool: db.directPool,
    taskList: tasks,
    parsedCronItems: parseCronItems(cronItems),
    concurrency: CONCURRENT_JOBS,
    noHandleSignals: true,
    events,
    // Without batches the queue does not listen for the failure of these two writes, and a lost connection would end the process.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: new Logger(() => (level: string, message) => {
      if (level === 'error') log.error({ job: true }, message);
      else if (level === 'warning') log.warn({ job: true }, message);
      else log.debug({ job: true }, message);
    }),
  });
  const farewell = ending.then(() => delay(FAREWELL_MILLISECONDS, undefined, { ref: false }));
  return { id, runner, ended: Promise.race([runner.promise.catch(() => undefined), farewell]) };
}
