import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calendarDate } from '../../src/dates.ts';
import { issueText } from '../../src/errors.ts';
import { normalizeSchedule, validateSchedule } from '../../src/recurrence/schedule.ts';

const ANCHOR = calendarDate('2026-01-15');

/** What a client would get: the stored text, or the message of a 400. */
function answer(text: string): string {
  const result = normalizeSchedule(text);
  const problem = result.ok ? validateSchedule(result.schedule, ANCHOR) : result.problem;
  return problem ? issueText(problem) : result.ok ? result.schedule : '';
}

describe('the normal form of a schedule', () => {
  test.each([
    ['', ''],
    ['  \r\n ', ''],
    ['FREQ=WEEKLY;BYDAY=FR', 'RRULE:FREQ=WEEKLY;BYDAY=FR'],
    ['RRULE:FREQ=WEEKLY;BYDAY=FR', 'RRULE:FREQ=WEEKLY;BYDAY=FR'],
    ['rrule:BYDAY=FR;FREQ=WEEKLY', 'RRULE:BYDAY=FR;FREQ=WEEKLY'],
    ['RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=2', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;INTERVAL=2'],
    ['FREQ=DAILY;BYHOUR=9;BYMINUTE=30;BYSECOND=0', 'RRULE:FREQ=DAILY'],
    ['FREQ=DAILY;TZID=America/New_York', 'RRULE:FREQ=DAILY'],
    ['DTSTART:20260115\nRRULE:FREQ=DAILY', 'DTSTART:20260115T000000Z\nRRULE:FREQ=DAILY'],
    ['DTSTART;VALUE=DATE:20260115\r\nRRULE:FREQ=DAILY\r\n', 'DTSTART:20260115T000000Z\nRRULE:FREQ=DAILY'],
    ['DTSTART;TZID=America/New_York:20260115T093000\nFREQ=DAILY', 'DTSTART:20260115T000000Z\nRRULE:FREQ=DAILY'],
    ['DTSTART:20260115T235959Z\nRRULE:FREQ=DAILY;COUNT=3', 'DTSTART:20260115T000000Z\nRRULE:FREQ=DAILY;COUNT=3'],
    ['FREQ=DAILY;UNTIL=20261231', 'RRULE:FREQ=DAILY;UNTIL=20261231'],
    ['FREQ=DAILY;UNTIL=20261231T000000Z', 'RRULE:FREQ=DAILY;UNTIL=20261231T000000Z'],
    ['FREQ=DAILY;UNTIL=20261231T235959Z', 'RRULE:FREQ=DAILY;UNTIL=20261231T000000Z'],
    ['FREQ=DAILY;UNTIL=20261231T235959', 'RRULE:FREQ=DAILY;UNTIL=20261231T000000Z'],
    ['RRULE:FREQ=WEEKLY\nEXDATE:20260122', 'RRULE:FREQ=WEEKLY\nEXDATE:20260122T000000Z'],
    ['RRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260122,20260129\nRDATE:20260123T120000Z\nEXDATE:20260205',
      'RRULE:FREQ=WEEKLY\nEXDATE:20260122T000000Z,20260129T000000Z\nRDATE:20260123T000000Z\nEXDATE:20260205T000000Z'],
    ['EXDATE:20260122\nRRULE:FREQ=WEEKLY\nDTSTART:20260115', 'DTSTART:20260115T000000Z\nRRULE:FREQ=WEEKLY\nEXDATE:20260122T000000Z'],
    ['RRULE:FREQ=MONTHLY;BYD\r\n AY=MO,TU,WE,TH,FR;BYS\r\n\tETPOS=-1', 'RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'],
    ['FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU', 'RRULE:FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;WKST=SU'],
    ['DTSTART:19000101\nFREQ=DAILY;COUNT=99999999', 'DTSTART:19000101T000000Z\nRRULE:FREQ=DAILY;COUNT=99999999'],
  ])('%j is stored as %j, and that as itself', (text, normal) => {
    expect(answer(text)).toBe(normal);
    expect(answer(normal)).toBe(normal);
  });

  test('normalizing twice is normalizing once, whatever the text', () => {
    const piece = fc.constantFrom(
      'RRULE:', 'FREQ=', 'DAILY', 'WEEKLY', 'MONTHLY', ';', '=', ',', ':', '\n', '\r\n', ' ', 'BYDAY=', 'MO', '-1FR', 'BYMONTHDAY=31', 'UNTIL=',
      '20260115', 'T101112Z', 'DTSTART', 'EXDATE:', 'RDATE;VALUE=DATE:', 'COUNT=3', 'BYHOUR=4', 'TZID=Europe/Berlin', 'INTERVAL=2',
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.array(piece, { maxLength: 5 }).map((pieces) => `RRULE:FREQ=DAILY${pieces.map((item) => `;${item}`).join('')}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        const once = normalizeSchedule(input);
        if (once.ok) expect(normalizeSchedule(once.schedule)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a schedule is refused', () => {
  test.each([
    ['every other week', /cannot read/],
    ['RRULE:', /cannot read/],
    ['RRULE:BYDAY=MO', /needs a FREQ/],
    ['FREQ=FORTNIGHTLY', /unknown FREQ/],
    ['FREQ=WEEKLY;', /cannot read/],
    ['FREQ=WEEKLY; BYDAY=MO', /cannot read/],
    ['FREQ=WEEKLY;BYDAY=', /cannot read/],
    ['FREQ=WEEKLY;FREQ=DAILY', /FREQ appears twice/],
    ['FREQ=YEARLY;BYEASTER=0', /unknown rule part BYEASTER/],
    ['FREQ=WEEKLY;BYDAY=XX', /not a day of the week/],
    ['FREQ=MONTHLY;BYDAY=0MO', /BYDAY cannot be "0MO"/],
    ['FREQ=MONTHLY;BYDAY=54MO', /BYDAY cannot be "54MO"/],
    ['FREQ=MONTHLY;BYMONTHDAY=32', /BYMONTHDAY cannot be "32"/],
    ['FREQ=MONTHLY;BYMONTHDAY=0', /BYMONTHDAY cannot be "0"/],
    ['FREQ=MONTHLY;BYMONTHDAY=1,,2', /BYMONTHDAY cannot be ""/],
    ['FREQ=YEARLY;BYMONTH=13', /BYMONTH cannot be "13"/],
    ['FREQ=YEARLY;BYMONTH=-1', /BYMONTH cannot be "-1"/],
    ['FREQ=YEARLY;BYYEARDAY=367', /BYYEARDAY cannot be "367"/],
    ['FREQ=YEARLY;BYWEEKNO=54', /BYWEEKNO cannot be "54"/],
    ['FREQ=MONTHLY;BYSETPOS=0', /BYSETPOS cannot be "0"/],
    ['FREQ=DAILY;COUNT=0', /COUNT must be a positive whole number/],
    ['FREQ=DAILY;COUNT=-3', /COUNT must be a positive whole number/],
    ['FREQ=DAILY;COUNT=1.5', /COUNT must be a positive whole number/],
    ['FREQ=DAILY;INTERVAL=0', /INTERVAL must be a positive whole number/],
    ['FREQ=DAILY;INTERVAL=1001', /INTERVAL must not be over 1000/],
    ['FREQ=DAILY;UNTIL=tomorrow', /not a date/],
    ['FREQ=DAILY;UNTIL=20260230', /not a date/],
    ['FREQ=DAILY;COUNT=3;UNTIL=20261231', /COUNT and UNTIL/],
    ['FREQ=HOURLY', /more often than daily/],
    ['FREQ=MINUTELY', /more often than daily/],
    ['FREQ=SECONDLY', /more often than daily/],
    ['RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY', /only one RRULE/],
    ['FREQ=DAILY\nFREQ=WEEKLY', /only one RRULE/],
    ['DTSTART:20260101\nDTSTART:20260102\nRRULE:FREQ=DAILY', /only one DTSTART/],
    ['RRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY', /EXRULE is not supported/],
    ['DTSTART:20260101', /needs an RRULE/],
    ['RDATE:20260101', /needs an RRULE/],
    ['BEGIN:VEVENT\nRRULE:FREQ=DAILY', /unknown property BEGIN/],
    ['RRULE:FREQ=DAILY\nRDATE;VALUE=PERIOD:20260101T000000Z/P1D', /not periods/],
    ['RRULE:FREQ=DAILY\nEXDATE:', /not a date/],
    ['DTSTART:18991231\nRRULE:FREQ=DAILY', /before 1900/],
    ['DTSTART:20260230\nRRULE:FREQ=DAILY', /not a date/],
    [`FREQ=DAILY;BYMONTH=${Array(250).fill('1').join(',')}`, /over 500 characters/],
    [`RRULE:FREQ=DAILY\nEXDATE:${Array(50).fill('20260101').join(',')}`, /over 500 characters/],
    ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31', /no month of BYMONTH has a day of BYMONTHDAY/],
    ['FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=31,-31', /no month of BYMONTH has a day of BYMONTHDAY/],
    ['FREQ=DAILY;BYSETPOS=1', /BYSETPOS cannot be used with FREQ=DAILY/],
    ['FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1', /BYSETPOS cannot be used with FREQ=WEEKLY/],
    ['FREQ=WEEKLY;BYMONTHDAY=1', /BYMONTHDAY cannot be used with FREQ=WEEKLY/],
    ['FREQ=DAILY;BYWEEKNO=1', /BYWEEKNO cannot be used with FREQ=DAILY/],
    ['FREQ=MONTHLY;BYYEARDAY=1', /BYYEARDAY cannot be used with FREQ=MONTHLY/],
    ['FREQ=WEEKLY;BYDAY=1MO', /BYDAY cannot be numbered with FREQ=WEEKLY/],
    ['FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO', /BYDAY cannot be numbered with BYWEEKNO/],
    ['FREQ=DAILY;UNTIL=20260114', /no date within 30 years/],
    ['FREQ=YEARLY;BYMONTH=6;BYWEEKNO=1', /no date within 30 years/],
    ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6', /no date within 30 years/],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=1', null],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;INTERVAL=100', /no date within 30 years/],
    ['DTSTART:20260115\nRRULE:FREQ=DAILY;COUNT=1\nEXDATE:20260115', /no date within 30 years/],
    ['DTSTART:20260115\nRRULE:FREQ=DAILY;COUNT=1', null],
  ])('%j', (text, message) => {
    if (message) expect(answer(text)).toMatch(message);
    else expect(answer(text)).toContain('RRULE:');
  });
});
