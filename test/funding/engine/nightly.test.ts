import { describe, expect, test } from 'vitest';

import { dateIn } from '../../../src/dates.ts';
import { query } from '../../../src/db/database.ts';
import { enqueueNightlyFunding, isNight } from '../../../src/funding/nightly-funding.ts';
import { useServer } from '../../support/app.ts';
import { createUser } from '../../support/factories.ts';
import { addOwner } from '../../support/ledger.ts';
import { createFundedAccount } from './funded-account.ts';

const server = useServer();

const HOUR = 3_600_000;
const WEEKLY = [{ name: 'Weekly', funding_type: 'F', target_balance: '0', funding_amount: '1', funding_schedule: 'FREQ=WEEKLY;BYDAY=MO' }];

const findKeys = query<{ key: string }>(`SELECT key FROM graphile_worker.jobs WHERE task_identifier = 'fund-account' ORDER BY key`);
const finish = query<object>('SELECT FROM graphile_worker.complete_jobs(ARRAY(SELECT id FROM graphile_worker.jobs))');

/** The accounts that an hour enqueues; afterwards the queue is empty. */
async function enqueuedAt(hour: Date): Promise<string[]> {
  const accounts = await enqueueNightlyFunding(server.db, hour);
  if (accounts === 0) return [];
  const keys = await server.db.rows(findKeys);
  await server.db.rows(finish);
  expect(keys).toHaveLength(accounts);
  return keys.map(({ key }) => key.replace('fund-account:', ''));
}

function* hoursBetween(from: string, until: string): Generator<Date> {
  for (let time = Date.parse(from); time < Date.parse(until); time += HOUR) yield new Date(time);
}

describe('the night', () => {
  // Whole, half and quarter hours, changes in either direction and hemisphere, at midnight, by half an hour and by two.
  test.each([
    'UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Beirut', 'America/Santiago', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Kiritimati', 'Antarctica/Troll', 'Africa/Casablanca',
  ])('comes once on every day of a year in %s', (timezone) => {
    const dates = [...hoursBetween('2027-01-01', '2028-01-01')].filter((hour) => isNight(hour, timezone)).map((hour) => dateIn(hour, timezone));
    expect(new Set(dates).size).toBe(365);
    expect(dates).toHaveLength(365);
  });
});

describe('the nightly funding', () => {
  test.each([
    ['2027-03-13', '2027-03-16'],
    ['2027-03-27', '2027-03-30'],
    ['2027-04-03', '2027-04-06'],
    ['2027-10-02', '2027-10-05'],
    ['2027-10-30', '2027-11-02'],
    ['2027-11-06', '2027-11-09'],
  ])('takes each account once a day, at 4 in the night of its owner, also where clocks change (%s)', async (from, until) => {
    const zones = ['America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
    const accounts = new Map<string, string>();
    for (const timezone of zones) accounts.set((await createFundedAccount(server, { timezone, budgets: WEEKLY })).id, timezone);
    const nights: string[] = [];
    for (const hour of hoursBetween(from, until)) {
      const isFour = (zone: string): boolean => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit' }).format(hour) === '04';
      const enqueued = (await enqueuedAt(hour)).filter((id) => accounts.has(id));
      expect(enqueued).toEqual([...accounts].filter(([, zone]) => isFour(zone)).map(([id]) => id).sort());
      nights.push(...enqueued.map((id) => `${id} ${dateIn(hour, accounts.get(id) ?? '')}`));
    }
    expect(nights).toHaveLength(zones.length * 3);
    expect(new Set(nights).size).toBe(nights.length);
  });

  test('is not stopped by an owner whose timezone nobody knows', async () => {
    const account = await createFundedAccount(server, { timezone: 'Asia/Bangkok', budgets: WEEKLY });
    const lost = await createFundedAccount(server, { budgets: WEEKLY });
    await server.db.prisma.user.update({ where: { id: lost.user.id }, data: { timezone: 'Atlantis/Capital' } });
    expect(await enqueuedAt(new Date('2026-11-21T21:00:00Z'))).toEqual([account.id]);
  });

  test('passes over accounts without imports or calendars; the first active owner decides, and UTC where none is active', async () => {
    const night = new Date('2026-11-21T19:00:00Z');
    const taken = await createFundedAccount(server, { timezone: 'Asia/Tokyo', budgets: WEEKLY });
    await createFundedAccount(server, { timezone: 'Asia/Tokyo', budgets: WEEKLY, importedThrough: null });
    await createFundedAccount(server, { timezone: 'Asia/Tokyo', budgets: [{ name: 'Plain' }] });
    const abandoned = await createFundedAccount(server, { timezone: 'Asia/Tokyo', budgets: WEEKLY });
    const inherited = await createFundedAccount(server, { timezone: 'Europe/Paris', budgets: WEEKLY });
    await addOwner(server, inherited, await createUser(server, { timezone: 'Asia/Tokyo' }));
    for (const { user } of [abandoned, inherited]) await server.db.prisma.user.update({ where: { id: user.id }, data: { isActive: false } });
    expect(await enqueuedAt(night)).toEqual([taken.id, inherited.id].sort());
    expect(await enqueuedAt(new Date('2026-11-21T04:00:00Z'))).toEqual([abandoned.id]);
  });

  test('of an hour that is enqueued twice leaves one job for each account', async () => {
    const account = await createFundedAccount(server, { timezone: 'Asia/Dubai', budgets: WEEKLY });
    const hour = new Date('2026-11-22T00:00:00Z');
    await Promise.all([enqueueNightlyFunding(server.db, hour), enqueueNightlyFunding(server.db, hour)]);
    expect(await enqueuedAt(hour)).toEqual([account.id]);
  });
});
