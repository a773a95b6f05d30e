import { createInterface } from 'node:readline';

import { openEmbeddedPostgres, openThrowAwayPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';

/**
 * A program for the tests of the embedded Postgres: opens the data folder that is its argument, or a throw-away one
 * without an argument; prints where it is; stops on the line "stop" and prints what became of Postgres.
 */
const dataDirectory = process.argv[2];

// What a server does on the Ctrl-C of its terminal: it goes on until it has closed.
process.on('SIGINT', () => undefined);

try {
  const postgres =
    dataDirectory === undefined
      ? await openThrowAwayPostgres()
      : await openEmbeddedPostgres({ dataDirectory, durable: true });
  const folder = 'dataDirectory' in postgres ? postgres.dataDirectory : dataDirectory;
  console.log(JSON.stringify({ connectionString: postgres.connectionString, dataDirectory: folder }));
  for await (const line of createInterface(process.stdin)) {
    if (line === 'stop') {
      console.log(await postgres.stop());
      break;
    }
  }
} catch (error) {
  console.log(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  process.exitCode = 1;
}
process.stdin.destroy();
