import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { loadOutcome, type LoadJob, type LoadOutcome } from './load-job.ts';

type Environment = Readonly<Record<string, string>>;

const children = new Set<ChildProcess>();

/** Lets no process that was started here outlive this one, however it ends short of `kill -9`. */
export function endChildrenWithThisProcess(): void {
  process.once('exit', () => {
    for (const child of children) child.kill('SIGTERM');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}

function keep<Child extends ChildProcess>(child: Child): Child {
  children.add(child);
  child.once('exit', (code, signal) => {
    // One that was stopped is not among them any more.
    if (children.delete(child) && code !== 0) process.stderr.write(`${child.spawnargs.join(' ')} has ended: ${signal ?? `exit code ${code}`}\n`);
  });
  return child;
}

const pathOf = (script: string): string => fileURLToPath(new URL(script, import.meta.url));

/** A process that listens. */
export interface ListeningProcess {
  url: string;
  /** From its start until it said that it listens. */
  readySeconds: number;
  /** The most memory that it ever had resident; undefined where the system does not say (Linux does). */
  peakMegabytes(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const packageFile = z.object({ scripts: z.object({ start: z.string().startsWith('node ') }) });

/** Starts the server as `npm start` does, with the same flags for Node. */
export async function startServer(environment: Environment): Promise<ListeningProcess> {
  const { scripts } = packageFile.parse(JSON.parse(await readFile(pathOf('../package.json'), 'utf8')));
  const words = scripts.start.split(' ').slice(1);
  return startListening(words.map((word) => (word.startsWith('-') ? word : pathOf(`../${word}`))), environment);
}

/** Starts the bare reference. @param referenceArguments its database, and the user whose data it serves */
export async function startReference(...referenceArguments: readonly string[]): Promise<ListeningProcess> {
  return startListening([pathOf('./reference/server.ts'), ...referenceArguments]);
}

/** Starts Node on something that prints `… listens on URL` when it is ready. */
async function startListening(nodeArguments: readonly string[], environment: Environment = {}): Promise<ListeningProcess> {
  const started = performance.now();
  const child = keep(
    spawn(process.execPath, [...nodeArguments], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const url = await firstUrl(child.stdout);
  return {
    url,
    readySeconds: (performance.now() - started) / 1000,
    peakMegabytes: async () => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
      const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
      return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
    },
    stop: () => end(child),
  };
}

async function firstUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // What it warns of is to be seen.
    output.pipe(process.stderr);
    return url;
  }
  throw new Error('a process ended before it listened');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  children.delete(child);
  child.kill('SIGTERM');
  await ended;
}

/** A process that works for this one over its channel, so that its work does not slow down what is measured. */
export interface HelperProcess<Job, Outcome> {
  /** One job at a time. */
  send(job: Job): Promise<Outcome>;
  stop(): Promise<void>;
}

/** The one process that sends load. */
export type LoadProcess = HelperProcess<LoadJob, LoadOutcome>;

/** Starts the process that sends load. */
export function startLoadProcess(): LoadProcess {
  return startHelper('./load.ts', loadOutcome);
}

/** Starts a script that answers each message with one message. @param outcome the form of its answers */
export function startHelper<Job extends object, Outcome>(script: string, outcome: z.ZodType<Outcome>): HelperProcess<Job, Outcome> {
  const child = keep(fork(pathOf(script)));
  return {
    send: async (job) => {
      const settled = new AbortController();
      const gone = once(child, 'exit', { signal: settled.signal }).then(() => {
        throw new Error(`the process of ${script} has ended`);
      });
      child.send(job);
      const answer = once(child, 'message', { signal: settled.signal }).then(([message]: unknown[]) => outcome.parse(message));
      return Promise.race([answer, gone]).finally(() => {
        settled.abort();
      });
    },
    stop: () => end(child),
  };
}

/**
 * Runs a script to its end.
 * @returns how long it took, and whether it ended well
 */
export async function timeScript(script: string, scriptArguments: readonly string[], environment: Environment): Promise<{ seconds: number; isWell: boolean; output: string }> {
  const started = performance.now();
  const child = keep(
    spawn(process.execPath, [pathOf(script), ...scriptArguments], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const ended = once(child, 'exit');
  const output = await text(child.stdout);
  await ended;
  return { seconds: (performance.now() - started) / 1000, isWell: child.exitCode === 0, output };
}
