import { spawn } from 'node:child_process';

/** The operating system's user that a program runs as. */
export interface Account {
  uid: number;
  gid: number;
}

export interface CommandResult {
  /** The exit code; null when a signal ended the program or it could not be started at all. */
  code: number | null;
  /** What it printed on both streams, or why it could not be started. */
  output: string;
}

const streamPatienceMilliseconds = 1_000;

/**
 * Runs a program to its end, apart from the terminal and from the environment (`PGDATA`, `PGPORT`, `LC_ALL` … would
 * reach into the Postgres programs).
 *
 * @param file path of the program
 * @param args its arguments
 * @param account whom to run it as; null: as this process
 * @returns how it ended; a program that cannot be started is a result too, never an exception
 */
export function runCommand(file: string, args: readonly string[], account: Account | null): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      // The present folder may be closed to the other account.
      cwd: process.platform === 'win32' ? undefined : '/',
      // Windows programs need parts of the environment to open a socket at all.
      env: process.platform === 'win32' ? undefined : { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...account,
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error) => {
      resolve({ code: null, output: error.message });
    });
    const finish = (code: number | null): void => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, output: Buffer.concat(chunks).toString('utf8').trim() });
    };
    child.once('close', finish);
    // On Windows a server left running by the program holds the streams open.
    child.once('exit', (code) => {
      setTimeout(finish, streamPatienceMilliseconds, code).unref();
    });
  });
}
