import { globSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it, test } from 'vitest';
import { z } from 'zod';

import { hasAtMostBytes, hasAtMostCharacters, measuredText } from '../../src/measured-text.ts';

test.each([
  ['', 0, true], ['abc', 3, true], ['abcd', 3, false], ['😀😀😀', 3, true], ['😀😀😀x', 3, false], ['e\u0301', 1, false], ['x'.repeat(7), 3, false],
])('whether %j has at most %i characters: %s', (text, maximum, expected) => {
  expect(hasAtMostCharacters(text, maximum)).toBe(expected);
});

test.each([['', 0, true], ['abc', 3, true], ['abcd', 3, false], ['é', 1, false], ['é', 2, true], ['😀', 3, false], ['😀', 4, true]])('whether %j takes at most %i bytes: %s', (text, maximum, expected) => {
  expect(hasAtMostBytes(text, maximum)).toBe(expected);
});

it('lets nothing that is chained to it see text that is too long', () => {
  const seen: string[] = [];
  const field = measuredText(4).trim().refine((value) => seen.push(value) > 0).transform((value) => value.toUpperCase());
  expect([' ab ', '  ab  '].map((value) => field.safeParse(value).data)).toEqual(['AB', undefined]);
  expect(seen).toEqual(['ab']);
});

/** Refused as a wrong name or password, not for their length; test/auth/token.test.ts holds that they are measured. */
const MEASURED_BY_LOGGING_IN = ['token.schemas.ts tokenObtainPairRequest.username', 'token.schemas.ts tokenObtainPairRequest.password'];

it('makes the text of every field and parameter of a request', async () => {
  const source = join(import.meta.dirname, '../../src');
  const unmeasured: string[] = [];
  let requests = 0;
  for (const file of globSync('**/*.schemas.ts', { cwd: source })) {
    for (const [name, schema] of Object.entries((await import(join(source, file))) as Record<string, unknown>)) {
      if (!(schema instanceof z.ZodObject) || !/(?:Request|Filters|Parameters?|Query)$/.test(name)) continue;
      requests += 1;
      unmeasured.push(...unmeasuredTextOf(schema, `${file.split('/').at(-1) ?? ''} ${name}`));
    }
  }
  expect(requests).toBeGreaterThan(15);
  expect(unmeasured.toSorted()).toEqual(MEASURED_BY_LOGGING_IN.toSorted());
});

/** The places within a schema where text of any length is looked at. */
function unmeasuredTextOf(schema: unknown, path: string): string[] {
  if (schema instanceof z.ZodString) {
    const [first] = schema.def.checks ?? [];
    return first instanceof z.core.$ZodCheckMaxLength && first._zod.def.abort === true ? [] : [path];
  }
  if (schema instanceof z.ZodObject) return Object.entries(schema.shape).flatMap(([field, inner]) => unmeasuredTextOf(inner, `${path}.${field}`));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault || schema instanceof z.ZodCatch) return unmeasuredTextOf(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return unmeasuredTextOf(schema.in instanceof z.ZodTransform ? schema.out : schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unmeasuredTextOf(option, path));
  if (schema instanceof z.ZodArray) return unmeasuredTextOf(schema.element, `${path}[]`);
  if (schema instanceof z.ZodRecord) return unmeasuredTextOf(schema.valueType, `${path}{}`);
  // An id's pattern has a fixed length; of numbers, flags and choices nothing is walked through.
  const isBounded = schema instanceof z.ZodGUID || schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean || schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral || schema instanceof z.ZodUnknown || schema instanceof z.ZodCustom;
  return isBounded ? [] : [`${path}: a kind of schema that this test does not know`];
}
