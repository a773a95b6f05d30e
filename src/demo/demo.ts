import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { processEnvironment } from '../config.ts';
import { addDays, systemClock } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import { ApiClient } from '../client/api-client.ts';
import { ApiConnection } from '../client/api-connection.ts';
import { readBankFiles } from '../importer/import-files.ts';
import { latest } from '../importer/merge-statements.ts';
import type { Statement } from '../statement-files/statement.ts';
import { drawBudgetTable, withThousands } from './budget-table.ts';
import { listBudgets } from './demo-api.ts';
import { StoryClock } from './story-clock.ts';
import { endOf, makeAccounts, makeBudgets, noonOf, postStatements, reportImports, splitPurchase, waitForFunding } from './story.ts';
import { makeUserAndBank, startThrowAwayServer } from './throw-away-server.ts';
import type { ThrowAwayServer } from './throw-away-server.ts';

const STATEMENT_FILES = ['checking.ofx', 'savings.ofx'];
const PEOPLE = { username: 'demo', password: 'envelopes-for-all', timezone: 'America/Los_Angeles', bank: 'Willamette Example Bank' };

const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const step = (line: string): boolean => print(`  ✓ ${line}`);

/**
 * `npm run demo`: from an empty Postgres to funded budgets, over HTTP like any client, in a few seconds. Keeps serving
 * until Ctrl-C, or ends at once with `--once`.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
  const statements = readBankFiles(await Promise.all(STATEMENT_FILES.map(async (name) => ({ name, bytes: await readFile(new URL(`../../examples/statements/${name}`, import.meta.url)) }))));
  const start = statements[0]?.periodStart;
  const end = latest(statements.map(endOf));
  if (start === undefined || end === undefined) throw new Error('The example statements tell no period.');
  const clock = new StoryClock(noonOf(start, PEOPLE.timezone), systemClock);

  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  print('\nmibudge, from nothing to funded budgets\n');
  const server = await startThrowAwayServer(processEnvironment(), clock);
  try {
    const told = tellStory(server, clock, statements, addDays(end, 1)).then(() => values.once);
    const ended = await Promise.race([told, interrupted.then(() => true)]);
    if (!ended) {
      print('  Ctrl-C ends it, and nothing of it remains.\n');
      await interrupted;
    }
  } finally {
    await server.close();
  }
}

/** Plays the whole story against a server, and prints it. */
async function tellStory(server: ThrowAwayServer, clock: StoryClock, statements: readonly Statement[], present: CalendarDate): Promise<void> {
  step(`A real server listens on ${server.url}, its Postgres in a temporary folder`);
  await makeUserAndBank(server.databaseUrl, PEOPLE);
  step(`User "${PEOPLE.username}" and bank "${PEOPLE.bank}" made, as the command line makes them`);

  const client = new ApiClient(new ApiConnection({ url: server.url, username: PEOPLE.username, password: PEOPLE.password }));
  print(`\n  ${describeDay(clock.now())}. From here on everything goes over HTTP.`);
  const [account, ...others] = await makeAccounts(client, statements, PEOPLE.bank);
  if (account === undefined) throw new Error('The example statements hold no account.');
  step(`Accounts made: ${[account, ...others].map(({ name }) => name).join(', ')}`);
  step(`Budgets made in ${account.name}: ${(await makeBudgets(client, account.id)).join(', ')}`);

  clock.returnToPresent(noonOf(present, PEOPLE.timezone));
  print(`\n  ${describeDay(clock.now())}. The bank's files have arrived.`);
  const imports = await postStatements(client, statements);
  for (const { accountName, transactionsCreated, postedBalance, currency } of imports) {
    step(`${accountName}: ${transactionsCreated} transactions imported; balance ${withThousands(postedBalance)} ${currency}, as the bank says`);
  }
  const { description, amount, amountByBudget } = await splitPurchase(client, account.id);
  step(`Split ${description}, ${amount}: ${Object.entries(amountByBudget).map(([name, part]) => `${part} ${name}`).join(', ')}, the rest unallocated`);
  await reportImports(client, imports);
  const through = imports[0]?.lastPostedThrough ?? present;
  const transfers = await waitForFunding(client, account.id, through);
  step(`Import through ${through} reported; the funding engine made ${transfers} transfers on the dates that were due`);

  print(`\n${drawBudgetTable(await listBudgets(client, account.id), await client.bankAccount(account.id))}\n`);
  print(`  API docs   ${server.url}/api/v1/schema/swagger-ui/`);
  print(`  Log in     username ${PEOPLE.username}, password ${PEOPLE.password}`);
  print(`             POST ${server.url}/api/token/\n`);
}

function describeDay(instant: Date): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: PEOPLE.timezone }).format(instant);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`\n  ✗ ${error instanceof Error ? error.message : String(error)}\n\n`);
  process.exitCode = 1;
}
