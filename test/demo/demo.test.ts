import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { calendarDate } from '../../src/dates.ts';
import { drawBudgetTable, withThousands, type TableBudget } from '../../src/demo/budget-table.ts';
import { noonOf } from '../../src/demo/story.ts';
import { StoryClock } from '../../src/demo/story-clock.ts';

const DEMO = fileURLToPath(new URL('../../src/demo/demo.ts', import.meta.url));

function startDemo(...parameters: string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [DEMO, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PORT: '0' } });
}

/** Collects what a process prints, and resolves when it has printed a text or ended. */
async function readUntil(stream: Readable, text: string): Promise<string> {
  let output = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.includes(text)) break;
  }
  return output;
}

describe('npm run demo', () => {
  test('with --once ends in a table that adds up, says where to go on, and exits 0', async () => {
    const demo = startDemo('--once');
    const exit = once(demo, 'exit');
    const [output, errors] = await Promise.all([readUntil(demo.stdout, 'never printed'), readUntil(demo.stderr, 'never printed')]);
    // The log may tell of a connection that a busy machine made wait; whatever else is printed there does not belong to it.
    expect(errors.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect((await exit)[0]).toBe(0);
    expect(output).toMatch(/Total .* 7,807\.94 .*= available balance ✓/);
    expect(output).toMatch(/Unallocated.*\d/);
    expect(output).toContain('/api/v1/schema/swagger-ui/');
    expect(output).toContain('username demo');
  });

  test('keeps serving until Ctrl-C, then stops the server and exits 0', async () => {
    const demo = startDemo();
    const exit = once(demo, 'exit');
    const output = await readUntil(demo.stdout, 'Ctrl-C');
    const url = /listens on (http:\S+?),/.exec(output)?.[1] ?? '';
    expect((await fetch(`${url}/api/v1/users/me/`)).status).toBe(401);
    const docs = /API docs +(http:\S+)/.exec(output)?.[1] ?? '';
    expect((await fetch(docs)).status).toBe(200);
    demo.kill('SIGINT');
    expect((await exit)[0]).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });
});

describe('the table', () => {
  const budget = (id: string, balance: string): TableBudget => ({ id, name: `Budget ${id}`, balance, target_balance: '0.00', budget_type: 'G', next_funding: null });
  const account = { available_balance: '1100.10', currency: 'USD', unallocated_budget: 'a' };

  test('ends in the total, with Unallocated before it', () => {
    const lines = drawBudgetTable([budget('a', '1000.20'), budget('b', '99.90')], account).split('\n');
    const position = (text: string): number => lines.findIndex((line) => line.includes(text));
    expect(position('Budget b')).toBeLessThan(position('Budget a'));
    expect(position('Budget a')).toBeLessThan(position('1,100.10'));
  });

  test('is not drawn when the budgets do not add up to the account', () => {
    expect(() => drawBudgetTable([budget('a', '1000.20'), budget('b', '99.91')], account)).toThrow('they do not add up');
  });

  test.each([['-1234567.80', '-1,234,567.80'], ['999.99', '999.99'], ['1000.0000', '1,000.0000'], ['-100.00', '-100.00']])('writes %s as %s', (amount, expected) => {
    expect(withThousands(amount)).toBe(expected);
  });
});

describe("the demonstration's clock", () => {
  test('starts when the story does, runs on, and jumps to the present', () => {
    let real = new Date('2027-03-01T10:00:00Z');
    const clock = new StoryClock(noonOf(calendarDate('2026-09-14'), 'America/Los_Angeles'), { now: () => real });
    expect(clock.now().toISOString()).toBe('2026-09-14T19:00:00.000Z');
    real = new Date('2027-03-01T10:00:05Z');
    expect(clock.now().toISOString()).toBe('2026-09-14T19:00:05.000Z');
    clock.returnToPresent(new Date('2026-11-14T20:00:00Z'));
    expect(clock.now()).toEqual(real);
  });

  test('jumps behind the story where the real calendar has not come that far', () => {
    const clock = new StoryClock(new Date('2026-09-14T19:00:00Z'), { now: () => new Date('2025-01-01T00:00:00Z') });
    clock.returnToPresent(new Date('2026-11-14T20:00:00Z'));
    expect(clock.now().toISOString()).toBe('2026-11-14T20:00:00.000Z');
  });
});
