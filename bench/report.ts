import Table from 'cli-table3';

import type { Figure, Growth, Measurement, Results } from './results.ts';
import type { Spread } from './spread.ts';

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const spread = (value: Spread): string => `${rounded(value.median)} (${rounded(value.least)}–${rounded(value.greatest)})`;
const verdict = (isMet: boolean): string => (isMet ? '✓ met' : '✗ not met');
const named = (name: string, failures: number): string => (failures > 0 ? `${name} (${failures} FAILED)` : name);

/** Draws a table; also for comparisons. */
export function table(head: string[], rows: string[][]): string {
  const drawn = new Table({ head, style: { head: [], border: [], compact: true } });
  drawn.push(...rows);
  return drawn.toString();
}

/** The results as tables for a person. */
export function renderResults(results: Results): string {
  const { machine } = results;
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}; Node ${machine.node}; PostgreSQL ${machine.postgres}`,
    `${results.effort}; the whole took ${results.minutes.toFixed(1)} minutes. Medians, with the least and the greatest in brackets.`,
    '',
    'Server and bare reference, measured by turns:',
    table(['case', 'transactions', 'a second', 'p50 ms', 'p99 ms', '÷ reference', 'aim', ''], results.measurements.map(measurementRow)),
    '',
    'Time with one client at the largest size ÷ at the smallest, measured by turns:',
    table(['case', 'transactions', 'p50 ms', 'growth', 'aim', ''], results.growths.map(growthRow)),
    '',
    table(['figure', 'value', 'aim', ''], results.figures.map(figureRow)),
    ...results.failures,
  ].join('\n');
}

function measurementRow({ name, transactions, perSecond, p50Milliseconds, p99Milliseconds, ratio, target, failures }: Measurement): string[] {
  const aim = target === undefined ? ['', ''] : [`≥ ${target}`, verdict(ratio.median >= target)];
  return [named(name, failures), String(transactions), spread(perSecond), spread(p50Milliseconds), rounded(p99Milliseconds.median), spread(ratio), ...aim];
}

function growthRow({ name, smallest, largest, smallestMilliseconds, largestMilliseconds, growth, atMost, failures }: Growth): string[] {
  const aim = atMost === undefined ? ['', ''] : [`≤ ${atMost}`, verdict(growth.median <= atMost)];
  const medians = `${rounded(smallestMilliseconds.median)} → ${rounded(largestMilliseconds.median)}`;
  return [named(name, failures), `${smallest} → ${largest}`, medians, spread(growth), ...aim];
}

function figureRow({ name, value, unit, target }: Figure): string[] {
  const { atMost, atLeast } = target ?? {};
  const bounds = [...(atMost === undefined ? [] : [`≤ ${rounded(atMost)}`]), ...(atLeast === undefined ? [] : [`≥ ${rounded(atLeast)}`])].join(', ');
  const isMet = value <= (atMost ?? Infinity) && value >= (atLeast ?? -Infinity);
  return [name, `${rounded(value)} ${unit}`, bounds, bounds === '' ? '' : verdict(isMet)];
}
