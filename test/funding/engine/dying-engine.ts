import { calendarDate } from '../../../src/dates.ts';
import { Database } from '../../../src/db/database.ts';
import { Mutations } from '../../../src/mutations/mutate.ts';
import { fundInRounds } from '../../../src/funding/funding-rounds.ts';

/**
 * A program for the tests of the engine: funds an account in a process of its own, which is killed when its n-th
 * statement is about to be sent. Arguments: the database, the account, the date, where a round stops, n. Prints how many statements it sent.
 */
const [connectionString = '', account = '', date = '', maximumEvents = '', dyingAt = ''] = process.argv.slice(2);

let sent = 0;
const db = new Database(connectionString, {
  onQuery: () => {
    sent += 1;
    if (sent === Number(dyingAt)) process.kill(process.pid, 'SIGKILL');
  },
});
const clock = { now: () => new Date('2026-11-20T08:00:00Z') };
const mutations = new Mutations({ db, clock, makeHappen: () => Promise.resolve() });
let events = 0;
for await (const report of fundInRounds(mutations, { bankAccountId: account, asOf: calendarDate(date), maximumEvents: Number(maximumEvents) })) events += report.events.length;
if (events === 0) throw new Error('there was nothing to fund');
await db.close();
process.stdout.write(String(sent));
