import { readFile } from 'node:fs/promises';

import { z } from 'zod';

import { table } from './report.ts';
import type { Results } from './results.ts';

const spread = z.object({ median: z.number() });
const earlierResults = z.object({
  started: z.string(),
  measurements: z.array(z.object({ name: z.string(), transactions: z.number(), perSecond: spread, ratio: spread })),
  growths: z.array(z.object({ name: z.string(), largest: z.number(), growth: spread })),
  figures: z.array(z.object({ name: z.string(), value: z.number() })),
});

/** What a comparison needs of an earlier result. */
export type EarlierResults = z.infer<typeof earlierResults>;

/**
 * Reads an earlier result.
 * @throws Error when the file is missing, or is none
 */
export async function readEarlierResults(file: string): Promise<EarlierResults> {
  return earlierResults.parse(JSON.parse(await readFile(file, 'utf8')));
}

/** What is measured now ÷ what was then. */
export function renderComparison(now: Results, before: EarlierResults): string {
  const rows: string[][] = [];
  for (const { name, transactions, perSecond, ratio } of now.measurements) {
    const earlier = before.measurements.find((other) => other.name === name && other.transactions === transactions);
    if (earlier) rows.push([name, String(transactions), quotient(perSecond.median, earlier.perSecond.median), quotient(ratio.median, earlier.ratio.median), '', '']);
  }
  for (const { name, largest, growth } of now.growths) {
    const earlier = before.growths.find((other) => other.name === name && other.largest === largest);
    if (earlier) rows.push([name, String(largest), '', '', quotient(growth.median, earlier.growth.median), '']);
  }
  for (const { name, value } of now.figures) {
    const earlier = before.figures.find((other) => other.name === name);
    if (earlier) rows.push([name, '', '', '', '', quotient(value, earlier.value)]);
  }
  return `Compared with the run of ${before.started}:\n${table(['now ÷ before', 'transactions', 'a second', '÷ reference', 'growth', 'value'], rows)}`;
}

const quotient = (now: number, before: number): string => (now / before).toFixed(2);
