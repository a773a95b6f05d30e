import { z } from 'zod';

const MAXIMUM_CHARACTERS = 16_384;
const MAXIMUM_DEPTH = 16;

/** Any JSON value of bounded size and depth, and without what Postgres cannot store in jsonb. */
export const autoSpend = z
  .unknown()
  .superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue(problem);
  })
  .meta({ description: 'Settings of a client, kept as they are: any JSON.' });

function problemOf(value: unknown): string | undefined {
  // First the depth: writing JSON recurses.
  if (!isWithinDepth(value, MAXIMUM_DEPTH)) return `Ensure this value is nested no deeper than ${MAXIMUM_DEPTH} levels.`;
  const text = JSON.stringify(value ?? null);
  if (text.length > MAXIMUM_CHARACTERS) return `Ensure this value has no more than ${MAXIMUM_CHARACTERS} characters as JSON.`;
  if (!isStorable(value)) return 'Null characters and lone surrogates are not allowed.';
  return undefined;
}

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((child) => isWithinDepth(child, depth - 1));
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorable(key) && isStorable(child));
}
