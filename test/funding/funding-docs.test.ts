import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { addDays, calendarDate } from '../../src/dates.ts';
import { issueText } from '../../src/errors.ts';
import { nextFunding, parentsByFillup } from '../../src/budgets/next-funding.ts';
import { normalizeSchedule, occurrencesBetween, validateSchedule } from '../../src/recurrence/schedule.ts';
import { applyPlan, balancesOf, eventText, planAtOnce, readInput } from './scenario.ts';

const page = readFileSync(new URL('../../docs/funding.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map((match) => ({
  line: page.slice(0, match.index).split('\n').length,
  content: z.record(z.string(), z.unknown()).parse(parse(match[1] ?? '')),
}));

const scheduleExample = z.strictObject({
  schedule: z.string(),
  anchor: z.string().default('2026-03-01'),
  stored: z.string().optional(),
  dates: z.array(z.string()).optional(),
  refused: z.string().optional(),
});

const money = z.number().transform((value) => value.toFixed(2));
const expectations = z.object({
  events: z.array(z.string()).optional(),
  balances: z.record(z.string(), money).optional(),
  complete: z.array(z.string()).optional(),
  warnings: z.array(z.string()).default([]),
  skipped_budgets: z.array(z.string()).default([]),
  deferred: z.boolean().default(false),
  next_funding: z.record(z.string(), z.string().nullable()).optional(),
});

function checkSchedule(content: unknown): void {
  const { schedule, anchor, stored, dates, refused } = scheduleExample.parse(content);
  const start = calendarDate(anchor);
  const result = normalizeSchedule(schedule);
  const problem = result.ok ? validateSchedule(result.schedule, start) : result.problem;
  expect(problem && issueText(problem)).toBe(refused ?? null);
  if (!result.ok || refused !== undefined) return;
  if (stored !== undefined) expect(result.schedule).toBe(stored);
  const through = addDays(start, 365);
  expect(occurrencesBetween(result.schedule, start, addDays(start, -1), through, dates?.length ?? 0)).toEqual(dates);
}

function checkFunding(content: Record<string, unknown>): void {
  const expected = expectations.parse(content);
  const scenario = Object.fromEntries(Object.entries(content).filter(([key]) => !(key in expectations.shape)));
  const input = readInput(scenario);
  const parents = parentsByFillup(input.budgets);
  for (const [name, text] of Object.entries(expected.next_funding ?? {})) {
    const budget = input.budgets.find(({ id }) => id === name);
    const next = budget && nextFunding(budget, parents.get(name) ?? null, { ...input.account, today: input.today });
    expect(next && `${next.date} ${next.amount.toFixed(2)}${next.deferred ? ' deferred' : ''}`).toBe(text);
  }
  if (!expected.events) return;
  const plan = planAtOnce(input);
  const after = applyPlan(input, plan);
  expect(plan.events.map((event) => eventText(event, input.account.currency))).toEqual(expected.events);
  expect(balancesOf(after)).toEqual(expected.balances);
  expect(plan).toMatchObject({ warnings: expected.warnings, skippedBudgets: expected.skipped_budgets, deferred: expected.deferred });
  if (expected.complete) expect(after.budgets.filter(({ complete }) => complete).map(({ id }) => id)).toEqual(expected.complete);
}

describe('docs/funding.md', () => {
  test('has its examples where this test looks for them', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(19);
    expect(page.match(/^```/gm)).toHaveLength(blocks.length * 2);
  });

  test.each(blocks)('the example on line $line is true', ({ content }) => {
    if ('schedule' in content) checkSchedule(content);
    else checkFunding(content);
  });
});
