import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { clusterPath } from './cluster.ts';
import { readPostmaster } from './postmaster.ts';

/**
 * A program of its own: waits until its input ends, which is when the owner of a throw-away Postgres is done or dead,
 * then ends that Postgres and removes its folder. Started by throw-away-folder.ts, with the folder as its argument.
 */
const folder = process.argv[2];
if (folder === undefined) throw new Error('Usage: undertaker.ts FOLDER');

process.stdin.resume();
process.stdin.on('error', () => undefined);
process.stdin.once('close', () => {
  void bury(folder);
});

/** SIGQUIT: an immediate end, for nobody will read this database again. */
function quit(processId: number): void {
  try {
    process.kill(processId, process.platform === 'win32' ? 'SIGKILL' : 'SIGQUIT');
  } catch {
    // It went by itself.
  }
}

async function bury(path: string): Promise<void> {
  const cluster = clusterPath(path);
  let postmaster = await readPostmaster(cluster);
  while (postmaster?.alive === true) {
    quit(postmaster.processId);
    await delay(20);
    postmaster = await readPostmaster(cluster);
  }
  await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
