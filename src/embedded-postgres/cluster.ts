import { join } from 'node:path';

import type { BinariesDirectory } from './binaries.ts';
import type { Account } from './command.ts';

/** Where one embedded Postgres lives and how it is run. */
export interface ClusterSettings {
  /** Absolute path of the data folder; the cluster is in `postgres/cluster` below it. */
  dataDirectory: string;
  binaries: BinariesDirectory;
  /** Whom it runs as; null: this process's user. */
  account: Account | null;
  /** Whether a committed transaction survives a power failure. False is for data that is thrown away. */
  durable: boolean;
}

/** The name of the cluster's superuser, and of the database in which the server keeps its tables. */
export const clusterName = 'mibudge';

/** Absolute path of the cluster (PGDATA) in a data folder. */
export function clusterPath(dataDirectory: string): string {
  return join(dataDirectory, 'postgres', 'cluster');
}

/**
 * Finds the one line of a Postgres program's output that says what went wrong.
 *
 * @param output what it printed or logged
 * @returns that line
 */
export function lastComplaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => /\b(FATAL|PANIC|ERROR|error|could not)\b/.test(line));
  return (complaints.at(-1) ?? lines.at(-1) ?? 'it said nothing').trim();
}
