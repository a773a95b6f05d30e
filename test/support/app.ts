import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { afterAll, beforeAll } from 'vitest';

import { buildApp } from '../../src/main/app.ts';
import { buildServices } from '../../src/main/services.ts';
import { loadConfig, type Config } from '../../src/config.ts';
import { Database } from '../../src/db/database.ts';
import { createLog } from '../../src/log.ts';
import { Linker } from '../../src/linking/linker.ts';
import { plainUserDirectory, type UserDirectory } from '../../src/auth/user-directory.ts';
import { Mutations } from '../../src/mutations/mutate.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** A clock that stands still until a test moves it. */
export class TestClock {
  #now: Date;

  constructor(now: string) {
    this.#now = new Date(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  set(now: string): void {
    this.#now = new Date(now);
  }
}

/** One test file's server: its own database, a clock that the test moves, and every SQL statement recorded. */
export interface TestServer {
  app: FastifyInstance;
  config: Config;
  db: Database;
  clock: TestClock;
  linker: Linker;
  users: UserDirectory;
  /** The door for changes that a test makes past HTTP; it has no effects. */
  mutations: Mutations;
  /** The texts of the statements sent since the test last emptied it. */
  statements: string[];
  /** HTTP without a token. */
  http: TestAgent;
}

/** The greatest delay of a timer: a test enqueues wake-ups by `linker.settled()`, so that they never come between its statements. */
const ONLY_WHEN_ASKED_MILLISECONDS = 2 ** 31 - 1;
const START = '2026-11-20T08:00:00.000Z';

export interface TestServerOptions {
  /** Gets the database's connection string and returns the one to connect with, such as that of a proxy before it. */
  connectThrough?: (databaseUrl: string) => Promise<string>;
  /** What is connected through is a pooler in transaction mode: what needs a session of its own goes past it. */
  sharesSessions?: boolean;
  lockTimeoutMilliseconds?: number;
  /** Where the log goes; none means silence. */
  log?: FastifyBaseLogger;
  readTimeoutMilliseconds?: number;
  maximumConnections?: number;
}

/**
 * Gives a test file its server, made before its tests and gone after them. Fields are there once a test runs.
 * @param environment variables on top of the defaults; throttling and the log are off
 */
export function useServer(environment: Record<string, string> = {}, options: TestServerOptions = {}): TestServer {
  const server = {} as TestServer;
  let database: TestDatabase | undefined;
  const dataDirectory = mkdtempSync(join(tmpdir(), 'mibudge-test-data-'));
  beforeAll(async () => {
    database = await createTestDatabase();
    const config = loadConfig({
      DATABASE_URL: database.url,
      MIBUDGE_DATA_DIR: dataDirectory,
      MIBUDGE_THROTTLE_ANON: 'off',
      MIBUDGE_THROTTLE_USER: 'off',
      MIBUDGE_THROTTLE_LOGIN: 'off',
      LOG_LEVEL: 'silent',
      ...environment,
    });
    const statements: string[] = [];
    const { connectThrough = (url: string) => Promise.resolve(url), sharesSessions = false, log = createLog(config), ...databaseOptions } = options;
    const db = new Database(await connectThrough(database.url), {
      onQuery: (text) => statements.push(text),
      onConnectionError: () => undefined,
      directConnectionString: sharesSessions ? database.url : undefined,
      ...databaseOptions,
    });
    const clock = new TestClock(START);
    const linker = new Linker(db, () => undefined, ONLY_WHEN_ASKED_MILLISECONDS);
    const users = plainUserDirectory(db);
    const app = await buildApp(buildServices({ config, db, clock, linker, users }, log), log);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const mutations = new Mutations({ db, clock, makeHappen: () => Promise.resolve() });
    Object.assign(server, { app, config, db, clock, linker, users, mutations, statements, http: supertest.agent(app.server) });
  });
  afterAll(async () => {
    await server.app.close();
    await server.linker.settled();
    await server.db.close();
    await database?.drop();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  return server;
}
