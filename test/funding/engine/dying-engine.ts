import { calendarDate } from '../../../src/dates.ts';
import { Database } from '../../../src/db/database.ts';
import { inTransaction } from '../../../src/db/transaction.ts';
import { fundAccount } from '../../../src/funding/fund-account.ts';

/**
 * A program for the tests of the engine: funds an account in a process of its own, which is killed when its n-th
 * statement is about to be sent. Arguments: the database, the account, the date, n. Prints how many statements it sent.
 */
const [connectionString = '', account = '', date = '', dyingAt = ''] = process.argv.slice(2);

let sent = 0;
const db = new Database(connectionString, {
  onStatement: () => {
    sent += 1;
    if (sent === Number(dyingAt)) process.kill(process.pid, 'SIGKILL');
  },
});
await inTransaction(db, (tx) => fundAccount(tx, account, { clock: { now: () => new Date('2026-11-20T08:00:00Z') }, asOf: calendarDate(date) }));
await db.close();
process.stdout.write(String(sent));
