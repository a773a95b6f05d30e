import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';

import { AppError, InvalidInput, type Issue } from '../../errors.ts';

type ZodIssue = z.core.$ZodIssue;

/** The wording that clients of the original know (Django REST framework's). */
function messageOf(issue: ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'This field is required.';
    if (issue.input === null) return 'This field may not be null.';
    return TYPE_MESSAGES[issue.expected] ?? `Expected ${issue.expected}.`;
  }
  if (issue.code === 'invalid_value') {
    if (issue.input === undefined) return 'This field is required.';
    if (issue.input === null) return 'This field may not be null.';
    return `"${display(issue.input)}" is not a valid choice.`;
  }
  if (issue.code === 'too_small' && issue.origin === 'string') return 'This field may not be blank.';
  if (issue.code === 'invalid_format' && (issue.format === 'uuid' || issue.format === 'guid')) return 'Must be a valid UUID.';
  if (issue.code === 'invalid_union') {
    if (issue.input === undefined) return 'This field is required.';
    if (issue.input === null) return 'This field may not be null.';
  }
  return issue.message;
}

const TYPE_MESSAGES: Record<string, string> = {
  string: 'Not a valid string.',
  boolean: 'Must be a valid boolean.',
  number: 'A valid number is required.',
  int: 'A valid integer is required.',
  array: 'Expected a list of items.',
  object: 'Expected a dictionary of items.',
  record: 'Expected a dictionary of items.',
};

function display(input: unknown): string {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Turns what zod found into issues, each said once of a field; what concerns the object as a whole has an empty path. */
export function invalidInputOf(error: z.ZodError): InvalidInput {
  const issues = new Map<string, Issue>();
  for (const found of error.issues) {
    const path = found.path.slice(0, 1).map(String);
    const text = path.length === 0 && found.code === 'invalid_type' ? `Invalid data. Expected a dictionary, but got ${kindOf(found.input)}.` : messageOf(found);
    issues.set(JSON.stringify([path, text]), { path, code: 'malformed', params: { text } });
  }
  return new InvalidInput([...issues.values()]);
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'list';
  return input === null ? 'null' : typeof input;
}

/**
 * Fastify's validator for zod schemas. A malformed id in a path means that there is no such object: 404.
 */
export const zodValidatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => (input: unknown) => {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return { value: result.data };
  return { error: httpPart === 'params' ? new AppError('not_found') : invalidInputOf(result.error) };
};
