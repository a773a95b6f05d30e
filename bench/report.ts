import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

import Table from 'cli-table3';

import type { Measurement, Spread } from './measure.ts';

/** A number that is not measured over HTTP. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The bound that is aimed for; `atMost` unless a rate. */
  target?: { atMost?: number; atLeast?: number };
}

/** The whole outcome of a run, as `bench/results/*.json` keeps it. */
export interface Results {
  started: string;
  machine: { processor: string; cores: number; memoryGigabytes: number; node: string; postgres: string };
  effort: string;
  measurements: Measurement[];
  figures: Figure[];
}

/** Names the machine, since only ratios within one run travel. */
export function describeMachine(postgres: string): Results['machine'] {
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGigabytes: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    postgres,
  };
}

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const spread = (value: Spread): string => `${rounded(value.median)} (${rounded(value.least)}–${rounded(value.greatest)})`;
const verdict = (isMet: boolean): string => (isMet ? '✓' : '✗');

/** The results as tables for a person. */
export function renderResults(results: Results): string {
  const { machine } = results;
  const cases = new Table({ head: ['case', 'transactions', 'requests/s', 'p50 ms', 'p99 ms', '÷ reference', 'aim', ''], style: { head: [], border: [] } });
  for (const { name, transactions, requestsPerSecond, p50Milliseconds, p99Milliseconds, ratio, target, failures } of results.measurements) {
    cases.push([
      failures > 0 ? `${name} (${failures} failed)` : name,
      transactions,
      spread(requestsPerSecond),
      spread(p50Milliseconds),
      rounded(p99Milliseconds.median),
      ratio ? spread(ratio) : '',
      target === undefined ? '' : `≥ ${target}`,
      ratio && target !== undefined ? verdict(ratio.median >= target) : '',
    ]);
  }
  const figures = new Table({ head: ['figure', 'value', 'aim', ''], style: { head: [], border: [] } });
  for (const { name, value, unit, target } of [...results.figures, ...flatness(results.measurements)]) {
    const aim = target?.atMost === undefined ? (target?.atLeast === undefined ? '' : `≥ ${target.atLeast}`) : `≤ ${target.atMost}`;
    const isMet = value <= (target?.atMost ?? Infinity) && value >= (target?.atLeast ?? -Infinity);
    figures.push([name, `${rounded(value)} ${unit}`.trim(), aim, aim === '' ? '' : verdict(isMet)]);
  }
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB; Node ${machine.node}; PostgreSQL ${machine.postgres}; ${results.effort}`,
    'Medians, with the least and the greatest in brackets. Server and reference were measured by turns.',
    cases.toString(),
    figures.toString(),
  ].join('\n');
}

/** How each case's time grows from the smallest to the largest dataset. */
export function flatness(measurements: readonly Measurement[]): Figure[] {
  const sizes = measurements.map(({ transactions }) => transactions);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  if (smallest === largest) return [];
  return measurements
    .filter(({ transactions, flat }) => transactions === largest && flat !== undefined)
    .flatMap((large) => {
      const small = measurements.find(({ name, transactions }) => name === large.name && transactions === smallest);
      if (!small || large.flat === undefined) return [];
      const value = large.p50Milliseconds.median / small.p50Milliseconds.median;
      return [{ name: `${large.name}: p50 at ${largest} ÷ at ${smallest}`, value, unit: '', target: { atMost: large.flat } }];
    });
}

/** Prints ratios against an earlier result: above 1 is better now. */
export function renderComparison(now: Results, file: string): string {
  const before = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const table = new Table({ head: ['case', 'transactions', 'requests/s now ÷ before', '(÷ reference) now ÷ before'], style: { head: [], border: [] } });
  for (const measurement of now.measurements) {
    const earlier = before.measurements.find(({ name, transactions }) => name === measurement.name && transactions === measurement.transactions);
    if (!earlier) continue;
    const rates = measurement.requestsPerSecond.median / earlier.requestsPerSecond.median;
    const ratios = measurement.ratio && earlier.ratio ? measurement.ratio.median / earlier.ratio.median : undefined;
    table.push([measurement.name, measurement.transactions, rounded(rates), ratios === undefined ? '' : rounded(ratios)]);
  }
  return `Compared with ${file} of ${before.started}\n${table.toString()}`;
}
