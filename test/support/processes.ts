import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../src/main/server.ts', import.meta.url));
const COMMAND_LINE = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A server in a process of its own. */
export interface ServerProcess {
  /** Where it listens. */
  url: string;
  /** What it has printed so far. */
  output(): string;
  /** Sends a signal. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** The exit code, once the process has ended; null when a signal ended it. */
  ended: Promise<number | null>;
  /** Sends a signal and waits until the process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts `src/main/server.ts` on a free port and waits until it listens.
 * @param environment variables on top of the defaults; throttling and the log are off
 * @throws Error with what it printed, when it ends instead
 */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [SERVER], { env: environmentWith(environment), cwd: workingDirectory(environment), stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const output = { text: '' };
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output.text += chunk.toString();
      const match = /listens on (http:\S+)/.exec(output.text);
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code, signal) => {
      reject(new Error(`the server ended with ${code ?? signal ?? ''}: ${output.text}`));
    });
  });
  return {
    url,
    output: () => output.text,
    signal: (signal) => child.kill(signal),
    ended: exited.then(() => child.exitCode),
    end: async (signal) => {
      child.kill(signal);
      await exited;
    },
  };
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs `mibudge …` to its end.
 * @param environment variables on top of the defaults
 */
export async function runCommandLine(parameters: readonly string[], environment: Record<string, string> = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [COMMAND_LINE, ...parameters], {
    env: environmentWith(environment),
    cwd: workingDirectory(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, ...result };
}

/** Nothing of the tester's own configuration counts, and no `.env` either: the working directory is the data folder. */
function environmentWith(environment: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'SystemRoot'].map((name) => [name, process.env[name]]));
  return {
    ...inherited,
    PORT: '0',
    MIBUDGE_THROTTLE_ANON: 'off',
    MIBUDGE_THROTTLE_USER: 'off',
    MIBUDGE_THROTTLE_LOGIN: 'off',
    LOG_LEVEL: 'fatal',
    ...environment,
  };
}

function workingDirectory(environment: Record<string, string>): string | undefined {
  return environment['MIBUDGE_DATA_DIR'];
}
