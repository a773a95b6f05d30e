import { readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { runCommand } from './command.ts';

/** A Postgres server process, as it describes itself in the `postmaster.pid` of its cluster. */
export interface Postmaster {
  processId: number;
  port: number;
  /** Whether that process is there; a killed Postgres leaves its file behind. */
  alive: boolean;
}

/**
 * Reads which server runs on a cluster, or ran on it last and was killed.
 *
 * @param cluster path of the cluster (PGDATA)
 * @returns what the cluster's `postmaster.pid` says; null when there is none or it is not written yet
 */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const processId = Number(lines[0]);
  const port = Number(lines[3]);
  if (!(processId > 0 && port > 0)) return null;
  return { processId, port, alive: exists(processId) && (await isPostmasterOf(processId, cluster)) };
}

function exists(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be signalled, but it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** After a crash the id may belong to another program by now; in a container, where ids start anew, it often does. */
async function isPostmasterOf(processId: number, cluster: string): Promise<boolean> {
  switch (process.platform) {
    case 'linux': {
      // Postgres works in its cluster's folder; a dead process that nobody has waited for has no folder any more.
      const folder = await readlink(`/proc/${processId}/cwd`).catch(() => null);
      return folder !== null && folder === (await realpath(cluster));
    }
    case 'win32':
      return true;
    default: {
      const { output } = await runCommand('ps', ['-o', 'comm=', '-p', String(processId)], null);
      return basename(output) === 'postgres';
    }
  }
}
