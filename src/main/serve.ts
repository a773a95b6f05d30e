import { ConfigError, loadConfig } from '../config.ts';
import { EmbeddedPostgresError } from '../embedded-postgres/embedded-postgres.ts';
import { MigrationError } from '../db/migrate.ts';
import { createLog } from '../log.ts';
import { startLines } from './start-lines.ts';
import { startServer } from './start-server.ts';

async function listen(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config);
  const server = await startServer(config, { log });
  for (const line of startLines(server.url, config, server.anyoneCanLogIn)) process.stdout.write(`${line}\n`);
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) process.exit(1);
      closing = true;
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'could not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
}

/** The real server. One line says where it listens; Ctrl-C and SIGTERM end it after the requests under way. */
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
