import closeWithGrace from 'close-with-grace';

import { ConfigError, loadConfig } from '../config.ts';
import { EmbeddedPostgresError } from '../embedded-postgres/embedded-postgres.ts';
import { MigrationError } from '../db/migrate.ts';
import { createLog } from '../log.ts';
import { startLines } from './start-lines.ts';
import { startServer } from './start-server.ts';

/** Whatever happens, such as a database that does not answer, the process is gone after this time: ten seconds with what it takes to exit. */
export const LONGEST_END_MILLISECONDS = 9_000;

async function listen(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config);
  const server = await startServer(config, { log });
  closeWithGrace({ delay: LONGEST_END_MILLISECONDS, logger: log }, async ({ err }) => {
    if (err) log.fatal({ err }, 'the server ends because of an unexpected failure');
    await server.close();
  });
  // Who reads them may end the server at once.
  for (const line of startLines(server.url, config, server.anyoneCanLogIn)) process.stdout.write(`${line}\n`);
}

/** The real server. One line says where it listens; Ctrl-C and SIGTERM end it, a second one at once. */
export async function serve(): Promise<void> {
  try {
    await listen();
  } catch (error) {
    refuseToStart(error);
  }
}

function refuseToStart(error: unknown): never {
  const expected = error instanceof ConfigError || error instanceof EmbeddedPostgresError || error instanceof MigrationError;
  process.stderr.write(expected ? `mibudge: ${error.message}\n` : `mibudge: could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
