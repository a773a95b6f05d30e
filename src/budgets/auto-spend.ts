import { z } from 'zod';

export const MAXIMUM_CHARACTERS = 16_384;

/** Any JSON value of bounded size, without what Postgres cannot store in jsonb. */
export const autoSpend = z
  .unknown()
  .superRefine((value, context) => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue(problem);
  })
  .meta({ description: 'Settings of a client, kept as they are: any JSON.' });

function problemOf(value: unknown): string | undefined {
  const text = JSON.stringify(value ?? null);
  if (text.length > MAXIMUM_CHARACTERS) return `Ensure this value has no more than ${MAXIMUM_CHARACTERS} characters as JSON.`;
  if (!isStorable(value)) return 'Null characters and lone surrogates are not allowed.';
  return undefined;
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorable(key) && isStorable(child));
}
