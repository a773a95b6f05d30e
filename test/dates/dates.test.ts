import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  calendarDate,
  dateIn,
  daysBetween,
  endOfDay,
  formatInstant,
  isValidTimezone,
  parseCalendarDate,
  parseFilterInstant,
  parseInstant,
  startOfDay,
  todayIn,
} from '../../src/dates.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'America/St_Johns',
  'America/Toronto',
  'Africa/Casablanca',
  'Asia/Tehran',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Pacific/Chatham',
  'Antarctica/Troll',
];
const zones = fc.constantFrom(...ZONES);
const instants = fc.date({ min: new Date('1900-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true });
const recentInstants = fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2037-12-30T00:00:00Z'), noInvalidDate: true });

/** Whole days back and forth are what no zone ever did, so the day of an instant in UTC reaches every date. */
const dates = recentInstants.map((instant) => dateIn(instant, 'UTC'));

const iso = (instant: Date | undefined): string | undefined => instant?.toISOString();

describe('calendar dates', () => {
  it.each(['2024-02-29', '2000-02-29', '1900-01-01', '9999-12-31', '2026-11-20'])('%s is a date', (text) => {
    expect(parseCalendarDate(text)).toBe(text);
  });

  it.each([
    '2023-02-29', '1900-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00', '2026-1-5', '20261120', '1899-12-31', '0001-01-01',
    '10000-01-01', '2026-11-20T00:00:00Z', ' 2026-11-20', '2026-11-20\n', '２０２６-11-20', '', 'today',
  ])('%j is not a date', (text) => {
    expect(parseCalendarDate(text)).toBeUndefined();
  });

  it('refuses text that is no date from a trusted source too', () => {
    expect(() => calendarDate('2026-02-30')).toThrow(RangeError);
  });

  it('adding days and counting them are inverse, over leap days and year ends', () => {
    fc.assert(
      fc.property(dates, fc.integer({ min: -20_000, max: 20_000 }), (date, days) => {
        expect(daysBetween(date, addDays(date, days))).toBe(days);
      }),
    );
    expect(addDays(calendarDate('2024-02-28'), 2)).toBe('2024-03-01');
    expect(() => addDays(calendarDate('9999-12-31'), 1)).toThrow(RangeError);
  });
});

describe('timezones', () => {
  it.each([...ZONES, 'europe/berlin', 'US/Pacific', 'Etc/GMT+5', 'America/Argentina/Buenos_Aires'])('%s is one', (name) => {
    expect(isValidTimezone(name)).toBe(true);
  });

  it.each(['+02:00', '-05', 'Europe/Atlantis', 'Mars', '', ' UTC', 'UTC ', 'Z', 'GMT+2', 'Europe/Berlin\0', 'a'.repeat(10_000)])('%j is none', (name) => {
    expect(isValidTimezone(name)).toBe(false);
  });

  it('an unknown zone is an error, never a wrong date', () => {
    expect(() => dateIn(new Date(0), 'Europe/Atlantis')).toThrow(RangeError);
  });
});

describe('days in a zone', () => {
  it('today is the date on the wall of the zone', () => {
    const clock = { now: (): Date => new Date('2026-11-20T23:30:00Z') };
    expect(todayIn(clock, 'UTC')).toBe('2026-11-20');
    expect(todayIn(clock, 'Europe/Berlin')).toBe('2026-11-21');
    expect(todayIn(clock, 'America/Los_Angeles')).toBe('2026-11-20');
    expect(todayIn(clock, 'Pacific/Kiritimati')).toBe('2026-11-21');
  });

  it.each([
    ['2026-11-20', 'UTC', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['2026-11-20', 'Europe/Berlin', '2026-11-19T23:00:00.000Z', '2026-11-20T22:59:59.999Z'],
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'], // 23 hours long
    ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'], // 25 hours long
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', '2018-11-05T01:59:59.999Z'], // no midnight: starts at 01:00
    ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00.000Z', '2018-02-18T02:59:59.999Z'], // the hour before midnight twice
    ['2024-11-03', 'America/Havana', '2024-11-03T04:00:00.000Z', '2024-11-04T04:59:59.999Z'], // midnight twice: the first
    ['1919-03-31', 'America/Toronto', '1919-03-31T04:30:00.000Z', '1919-04-01T03:59:59.999Z'], // 23:30 jumped to 00:30
    ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00:00.000Z', '2011-12-30T09:59:59.999Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', '2011-12-30T09:59:59.999Z'], // a day that never was: empty
    ['9999-12-31', 'America/New_York', '9999-12-31T05:00:00.000Z', '9999-12-31T23:59:59.999Z'], // no year 10000
  ])('%s in %s lasts from %s to %s', (date, zone, start, end) => {
    expect([iso(startOfDay(calendarDate(date), zone)), iso(endOfDay(calendarDate(date), zone))]).toEqual([start, end]);
  });

  it('the start is the first and the end the last instant that shows the date', () => {
    fc.assert(
      fc.property(dates, zones, (date, zone) => {
        fc.pre(!(zone === 'Pacific/Apia' && date === '2011-12-30') && !(zone === 'Pacific/Kiritimati' && date === '1994-12-31'));
        const start = startOfDay(date, zone);
        const end = endOfDay(date, zone);
        expect(dateIn(start, zone)).toBe(date);
        expect(dateIn(end, zone)).toBe(date);
        expect(dateIn(new Date(start.getTime() - 1), zone) < date).toBe(true);
        expect(dateIn(new Date(end.getTime() + 1), zone) > date).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('no zone has a date beyond the year 9999', () => {
    expect(dateIn(new Date('9999-12-31T23:00:00Z'), 'Pacific/Kiritimati')).toBe('9999-12-31');
  });
});

describe('timestamps', () => {
  it.each([
    ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20t08:00:00z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20 08:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:00:00.5Z', '2026-11-20T08:00:00.500Z'],
    ['2026-11-20T08:00:00,25Z', '2026-11-20T08:00:00.250Z'],
    ['2026-11-20T08:00:00.123999Z', '2026-11-20T08:00:00.123Z'],
    ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-11-20T08:00:00+02:00', '2026-11-20T06:00:00.000Z'],
    ['2026-11-20T08:00:00-0330', '2026-11-20T11:30:00.000Z'],
    ['2026-11-20T08:00:00+02', '2026-11-20T06:00:00.000Z'],
    ['2026-11-20T08:00:00-00:00', '2026-11-20T08:00:00.000Z'],
    ['2026-12-31T24:00:00Z', '2027-01-01T00:00:00.000Z'],
    ['2026-11-20T08:00:00', '2026-11-20T13:00:00.000Z'],
    ['2026-07-20T08:00', '2026-07-20T12:00:00.000Z'],
    ['2026-11-20', '2026-11-20T05:00:00.000Z'],
    ['2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'], // jumped over: read with the offset before
    ['2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'], // twice: the first
    ['2026-10-31T24:00:00', '2026-11-01T04:00:00.000Z'],
  ])('%s, read in New York, is %s', (text, expected) => {
    expect(iso(parseInstant(text, 'America/New_York'))).toBe(expected);
  });

  it.each([
    '', 'now', '2026-11-20T', '2026-11-20Z', '2026-11-20T08Z', '2026-11-20T8:00Z', '2026-11-20T08:00:00.Z', '2026-11-20T08:00:60Z', '2026-11-20T08:60:00Z',
    '2026-11-20T25:00:00Z', '2026-11-20T24:00:01Z', '2026-11-20T24:00:00.001Z', '2026-11-20T24:30Z', '2026-02-29T08:00:00Z', '2026-11-31', '2026-11-20T08:00:00+24:00',
    '2026-11-20T08:00:00+02:60', '2026-11-20T08:00:00+2', '2026-11-20T08:00:00 Z', ' 2026-11-20', '2026-11-20\n', '2026-11-20T08:00:00ZZ', '1899-12-31T23:59:59Z', '0001-01-01',
    '9999-12-31T24:00:00Z', '9999-12-31T23:00:00-05:00', '+002026-11-20', '1795161600', `2026-11-20T08:00:00.${'1'.repeat(1000)}Z`,
  ])('%j is no timestamp', (text) => {
    expect(parseInstant(text, 'America/New_York')).toBeUndefined();
  });

  it('what is written is read back as the same instant, in every zone', () => {
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        expect(formatInstant(instant)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(parseInstant(formatInstant(instant), zone)).toEqual(instant);
      }),
    );
  });

  it('a timestamp without offset is the first instant at which the clock on the wall shows it', () => {
    fc.assert(
      fc.property(recentInstants, zones, (instant, zone) => {
        const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
        const shown = format.format(instant);
        const read = parseInstant(shown, zone);
        expect(read).toBeDefined();
        if (read === undefined) return;
        expect(format.format(read)).toBe(shown);
        expect(read.getTime()).toBeLessThanOrEqual(instant.getTime());
      }),
      { numRuns: 500 },
    );
  });
});

describe('filter bounds', () => {
  it.each([
    ['2026-11-20', 'from', '2026-11-19T23:00:00.000Z'],
    ['2026-11-20', 'to', '2026-11-20T22:59:59.999Z'],
    ['2026-11-20T08:00:00', 'from', '2026-11-20T07:00:00.000Z'],
    ['2026-11-20T08:00:00', 'to', '2026-11-20T07:00:00.000Z'],
    ['2026-11-20T08:00:00Z', 'to', '2026-11-20T08:00:00.000Z'],
    ['0001-01-01', 'from', '1899-12-31T00:00:00.000Z'],
    ['0001-01-01T00:00:00Z', 'to', '1899-12-31T00:00:00.000Z'],
    ['9999-12-31', 'to', '9999-12-31T22:59:59.999Z'],
    ['9999-12-31T23:59:59-05:00', 'to', '9999-12-31T23:59:59.999Z'],
  ] as const)('%s as "%s" is %s in Berlin', (text, edge, expected) => {
    expect(iso(parseFilterInstant(text, 'Europe/Berlin', edge))).toBe(expected);
  });

  it.each(['2026-02-30', 'yesterday', '', '0000-01-01'])('%j is none', (text) => {
    expect(parseFilterInstant(text, 'UTC', 'to')).toBeUndefined();
  });
});

it.each(['UTC', 'America/New_York', 'Pacific/Kiritimati'])('nothing depends on the timezone of the host, such as %s', (hostZone) => {
  const script = `
    const dates = await import(${JSON.stringify(new URL('../../src/dates.ts', import.meta.url).href)});
    console.log(new Date(2026, 0, 1).getTimezoneOffset(), JSON.stringify([
      dates.parseInstant('2026-03-29T02:30:00', 'Europe/Berlin'), dates.parseInstant('2026-11-20', 'Asia/Tokyo'), dates.parseInstant('2026-11-20T08:00', 'UTC'),
      dates.startOfDay('2018-11-04', 'America/Sao_Paulo'), dates.endOfDay('2026-11-20', 'UTC'), dates.dateIn(new Date(0), 'America/New_York'),
      dates.addDays('2026-03-28', 2), dates.daysBetween('2026-03-01', '2026-11-30'),
    ]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ: hostZone }, encoding: 'utf8' });
  const [hostOffset, results] = output.trim().split(' ');
  expect(hostOffset).toBe({ UTC: '0', 'America/New_York': '300', 'Pacific/Kiritimati': '-840' }[hostZone]);
  expect(JSON.parse(results ?? '')).toEqual([
    '2026-03-29T01:30:00.000Z', '2026-11-19T15:00:00.000Z', '2026-11-20T08:00:00.000Z',
    '2018-11-04T03:00:00.000Z', '2026-11-20T23:59:59.999Z', '1969-12-31',
    '2026-03-30', 274,
  ]);
});
