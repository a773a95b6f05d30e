import fastJsonStringify from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import { z } from 'zod';

/** What `.meta({ override })` on a schema replaces its generated JSON Schema by: for transforms, which have none. */
interface Override {
  override?: Record<string, unknown>;
}

/** Turns zod's JSON Schema of one node into what the wire shows. Used for answers and for the OpenAPI document alike. */
export function overrideJsonSchema(context: { zodSchema: z.core.$ZodType; jsonSchema: Record<string, unknown> }): void {
  mergeNull(context.jsonSchema);
  const meta = z.globalRegistry.get(context.zodSchema) as Override | undefined;
  if (!meta?.override) return;
  const kept = { description: context.jsonSchema['description'], examples: context.jsonSchema['examples'] };
  for (const key of Object.keys(context.jsonSchema)) Reflect.deleteProperty(context.jsonSchema, key);
  Object.assign(context.jsonSchema, meta.override);
  if (kept.description !== undefined) context.jsonSchema['description'] = kept.description;
  if (kept.examples !== undefined) context.jsonSchema['examples'] = kept.examples;
}

/**
 * Writes `anyOf: [X, null]` as `type: [X, 'null']`: shorter to read, and the serialiser need not try out which of the
 * two an answer is.
 */
function mergeNull(jsonSchema: Record<string, unknown>): void {
  const { anyOf } = jsonSchema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return;
  const [value, nothing] = anyOf as Record<string, unknown>[];
  if (nothing?.['type'] !== 'null' || typeof value?.['type'] !== 'string') return;
  Reflect.deleteProperty(jsonSchema, 'anyOf');
  Object.assign(jsonSchema, value, { type: [value['type'], 'null'] });
  const choices: unknown = value['enum'];
  if (Array.isArray(choices)) jsonSchema['enum'] = choices.concat(null);
}

/**
 * Compiles an answer's serialiser from its zod schema. Answers are checked by the types and by tests against the
 * OpenAPI document; validating each one at run time would cost as much as the query.
 */
export const zodSerializerCompiler: FastifySerializerCompiler<z.ZodType> = ({ schema }) => {
  const jsonSchema = z.toJSONSchema(schema, { io: 'output', reused: 'inline', unrepresentable: 'any', override: overrideJsonSchema });
  // It says of every format that it does not know, on standard error, that it ignores it.
  return fastJsonStringify(jsonSchema as Parameters<typeof fastJsonStringify>[0], { ajv: { formats: { decimal: true } } });
};
