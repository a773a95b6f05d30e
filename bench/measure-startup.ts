import { makeThrowAwayFolder } from '../src/embedded-postgres/throw-away-folder.ts';
import { startServer } from './processes.ts';
import type { Figure } from './results.ts';
import { serverEnvironment } from './site.ts';
import { spreadOf } from './spread.ts';

/** Measures how long the server takes to start when its embedded database exists but does not run. */
export async function measureStartup(repeats: number): Promise<Figure> {
  const folder = await makeThrowAwayFolder();
  try {
    const environment = serverEnvironment(folder.path);
    const seconds: number[] = [];
    // The first time makes the database.
    for (let start = 0; start <= repeats; start += 1) {
      const server = await startServer(environment);
      if (start > 0) seconds.push(server.readySeconds);
      await server.stop();
    }
    return { name: 'start-up to ready with an existing embedded database', value: spreadOf(seconds).median, unit: 's', target: { atMost: 2 } };
  } finally {
    await folder.remove();
  }
}
