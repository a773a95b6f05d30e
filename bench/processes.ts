import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import type { LoadJob, LoadOutcome } from './load.ts';

/** A process that listens. */
export interface ListeningProcess {
  url: string;
  /** From its start until it said that it listens. */
  readyMilliseconds: number;
  /** Resident memory now; undefined where the system does not say (Linux does). */
  residentMegabytes(): Promise<number | undefined>;
  stop(): Promise<void>;
}

const pathOf = (script: string): string => fileURLToPath(new URL(script, import.meta.url));

/**
 * Starts a script that prints `… listens on URL` when it is ready.
 * @param script relative to this folder
 */
export async function startListening(script: string, scriptArguments: readonly string[], environment: Record<string, string> = {}): Promise<ListeningProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, [pathOf(script), ...scriptArguments], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await firstUrl(child);
  return {
    url,
    readyMilliseconds: performance.now() - started,
    residentMegabytes: async () => {
      const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8').catch(() => '');
      const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exitOf(child);
    },
  };
}

async function firstUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the process has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('the process ended before it listened');
}

/** Sends a load from a process of its own, so that sending does not slow down what is measured. */
export async function sendLoad(job: LoadJob): Promise<LoadOutcome> {
  const child = spawn(process.execPath, [pathOf('./load.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(job));
  const output = await text(child.stdout);
  await exitOf(child);
  return JSON.parse(output) as LoadOutcome;
}

/** Runs a script to its end, and says how long it took. */
export async function timeScript(script: string, scriptArguments: readonly string[], environment: Record<string, string>): Promise<{ seconds: number; output: string }> {
  const started = performance.now();
  const child = spawn(process.execPath, [pathOf(script), ...scriptArguments], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = await text(child.stdout);
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`${script} ended with ${code ?? 'a signal'}: ${output}`);
  return { seconds: (performance.now() - started) / 1000, output };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  return new Promise((resolve) => {
    child.once('exit', resolve);
  });
}
