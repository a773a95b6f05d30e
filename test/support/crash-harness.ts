import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { clusterPath } from '../../src/embedded-postgres/cluster.ts';
import { readPostmaster } from '../../src/embedded-postgres/postmaster.ts';
import { makeThrowAwayFolder, type ThrowAwayFolder } from '../../src/embedded-postgres/throw-away-folder.ts';
import { apiAt, type Api } from './api.ts';
import { runCommandLine, startServerProcess, type CommandResult, type ServerProcess } from './processes.ts';
import { waitUntil } from './waiting.ts';

const USER = { username: 'crash-tester', password: 'correct horse battery' };

/** What is killed with -9: the server, the Postgres that it started, one of Postgres's sessions, or server and Postgres. */
export type Victim = 'server' | 'postgres' | 'session' | 'server and postgres';

/** A real server on a durable Postgres of its own, in a folder that goes when the test ends. */
export class CrashHarness {
  readonly #folder: ThrowAwayFolder;
  #server: ServerProcess;
  #token = '';

  private constructor(folder: ThrowAwayFolder, server: ServerProcess) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<CrashHarness> {
    const folder = await makeThrowAwayFolder();
    const harness = new CrashHarness(folder, await startServerProcess({ MIBUDGE_DATA_DIR: folder.path }));
    await harness.commandLine('user', 'create', USER.username, '--password', USER.password);
    const answer = await apiAt([harness.#server.url], '').send('POST', '/api/token/', USER);
    harness.#token = (answer.body as { access: string }).access;
    return harness;
  }

  /** HTTP to the server that runs now. */
  get api(): Api {
    return apiAt([this.#server.url], this.#token);
  }

  /** Runs `mibudge …` on the same data folder. */
  commandLine(...parameters: string[]): Promise<CommandResult> {
    return runCommandLine(parameters, { MIBUDGE_DATA_DIR: this.#folder.path });
  }

  /** Runs SQL past the server. */
  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: await this.#databaseUrl() });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Kills the victim where it stands. */
  async kill(victim: Victim): Promise<void> {
    if (victim === 'server' || victim === 'server and postgres') await this.#server.end('SIGKILL');
    if (victim === 'postgres' || victim === 'server and postgres') process.kill(await this.#postmaster(), 'SIGKILL');
    if (victim === 'session') {
      const [session] = await this.sql<{ pid: number }>("SELECT pid FROM pg_stat_activity WHERE application_name = 'mibudge' ORDER BY query_start DESC LIMIT 1");
      if (session) process.kill(session.pid, 'SIGKILL');
    }
  }

  /** Starts the server again where it was killed, and waits until it is ready: it has to bring its Postgres back by itself. */
  async recover(victim: Victim): Promise<void> {
    if (victim === 'server' || victim === 'server and postgres') {
      this.#server = await startServerProcess({ MIBUDGE_DATA_DIR: this.#folder.path });
    }
    await waitUntil('the server is ready', async () => {
      const answer = await this.api.send('GET', '/readyz').catch((error: unknown) => {
        throw new Error(`the server does not answer any more: ${this.#server.output()}`, { cause: error });
      });
      return answer.status === 200;
    });
  }

  async end(): Promise<void> {
    await this.#server.end('SIGTERM');
    await this.#folder.remove();
  }

  async #postmaster(): Promise<number> {
    const postmaster = await readPostmaster(clusterPath(this.#folder.path));
    if (!postmaster?.alive) throw new Error('Postgres does not run');
    return postmaster.processId;
  }

  async #databaseUrl(): Promise<string> {
    const postmaster = await readPostmaster(clusterPath(this.#folder.path));
    const password = await readFile(join(this.#folder.path, 'postgres-password'), 'utf8');
    return `postgresql://mibudge:${password}@127.0.0.1:${postmaster?.port ?? 0}/mibudge?sslmode=disable`;
  }
}
