import { z } from 'zod';

import { AppError } from '../../errors.ts';
import { Upload } from '../../uploads.ts';
import { parseJson } from './json.ts';

/**
 * Turns the text of form fields into what a JSON body would have held: empty text is null where null is allowed, and
 * structured fields (objects, lists, any JSON) are JSON text. Flags and amounts are read from text by their schemas.
 * @throws AppError `parse_error` for JSON that is nested too deeply
 */
export function coerceForm(schema: z.ZodObject, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const coerced = new Map<string, unknown>(Object.entries(body));
  for (const [field, fieldSchema] of Object.entries(schema.shape)) {
    const value = coerced.get(field);
    if (typeof value !== 'string') continue;
    if (value === '') {
      if (fieldSchema instanceof z.ZodType && fieldSchema.safeParse(null).success) coerced.set(field, null);
    } else if (isStructured(fieldSchema)) {
      coerced.set(field, parseStructured(value));
    }
  }
  return Object.fromEntries(coerced);
}

const SAMPLE_FILE = new Upload({ path: '', fileName: 'sample', byteCount: 0, isTooLarge: false, maximumBytes: 0 });

/** The fields of a body that take a file. Fields of any JSON do not, though their schemas take any object. */
export function fileFieldsOf(schema: z.ZodObject): Set<string> {
  const taking = Object.entries(schema.shape).filter(
    ([, fieldSchema]) => fieldSchema instanceof z.ZodType && !isStructured(fieldSchema) && fieldSchema.safeParse(SAMPLE_FILE).success,
  );
  return new Set(taking.map(([field]) => field));
}

function parseStructured(value: string): unknown {
  try {
    return parseJson(value);
  } catch (error) {
    if (error instanceof AppError) throw error;
    // Left as text: the field's own schema says what it expects.
    return value;
  }
}

function isStructured(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) return isStructured(schema.unwrap());
  if (schema instanceof z.ZodPipe) return isStructured(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  return schema instanceof z.ZodRecord || schema instanceof z.ZodArray || schema instanceof z.ZodObject || schema instanceof z.ZodUnknown;
}
