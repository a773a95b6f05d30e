/**
 * Takes screenshots of the API docs in a real browser, against a throw-away server: `npm run screenshots [FOLDER]`.
 */
import { resolve } from 'node:path';

import { systemClock } from '../src/dates.ts';
import { makeUserAndBank, startThrowAwayServer } from '../src/demo/throw-away-server.ts';
import { findChromium, visitDocs } from './api-docs-in-browser.ts';

const PEOPLE = { username: 'alice', password: 'correct horse battery', timezone: 'UTC', bank: 'First Example Bank' };

const [, , folder = 'data/screenshots'] = process.argv;
const chromiumPath = findChromium();
if (chromiumPath === undefined) {
  process.stdout.write('No screenshots: there is no Chromium on this machine (MIBUDGE_CHROMIUM can name one).\n');
} else {
  const server = await startThrowAwayServer({}, systemClock);
  try {
    await makeUserAndBank(server.databaseUrl, PEOPLE);
    const report = await visitDocs({ ...PEOPLE, url: server.url, chromiumPath, folder });
    process.stdout.write(`${JSON.stringify(report, null, 2)}\nScreenshots are in ${resolve(folder)}.\n`);
    if (report.complaints.length > 0) process.exitCode = 1;
  } finally {
    await server.close();
  }
}
