import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { canEnter, postgresUser } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';

/** A temporary data folder that does not outlive its owner, and neither does a Postgres in it. */
export interface ThrowAwayFolder {
  path: string;
  /** Ends the Postgres in the folder and removes it. */
  remove(): Promise<void>;
}

/**
 * Makes a temporary data folder, and starts the process that removes it.
 *
 * @returns the folder
 * @throws EmbeddedPostgresError when no temporary folder can be entered by the user that Postgres runs as
 */
export async function makeThrowAwayFolder(): Promise<ThrowAwayFolder> {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const path = await mkdtemp(join(parent, 'mibudge-')).catch(() => null);
    if (path === null) continue;
    const account = await postgresUser(path);
    if (account === null || (await canEnter(parent, account))) return { path, remove: await startUndertaker(path) };
    await rm(path, { recursive: true });
  }
  throw new EmbeddedPostgresError('Postgres needs a temporary folder that the user it runs as can enter; set DATABASE_URL.');
}

/**
 * The folder is removed by a process of its own, which acts when its input ends: the system closes that when this
 * process ends, be it by Ctrl-C or `kill -9`, where no handler of ours would run.
 */
async function startUndertaker(path: string): Promise<() => Promise<void>> {
  const script = fileURLToPath(new URL('./undertaker.ts', import.meta.url));
  const undertaker = spawn(process.execPath, [script, path], {
    // Apart from the terminal, whose Ctrl-C would end it before its work.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    windowsHide: true,
  });
  await once(undertaker, 'spawn');
  undertaker.unref();
  const exited = once(undertaker, 'exit');
  return async () => {
    undertaker.ref();
    undertaker.stdin.end();
    await exited;
  };
}
