import { z } from 'zod';

import { overrideJsonSchema } from '../output/serializer.ts';

/** JSON Schema, or any other object of an OpenAPI document. */
export type JsonObject = Record<string, unknown>;

/** What a request may send, or what an answer holds: a schema with transforms or defaults differs between the two. */
export type Direction = 'input' | 'output';

const COMPONENTS = '#/components/schemas/';

/** The JSON Schema of a zod schema; named schemas inside it become references to the document's components. */
export function toJsonSchema(schema: z.ZodType, io: Direction): JsonObject {
  const jsonSchema = plain(z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any', override: describe }), '#/$defs/');
  for (const key of ['$schema', '$defs', 'id', '$id']) Reflect.deleteProperty(jsonSchema, key);
  return jsonSchema;
}

/** Every named schema, sorted by name: those that end in `Request` as what is sent, all others as what is answered. */
export function namedSchemas(): Record<string, JsonObject> {
  const [requests, answers] = (['input', 'output'] as const).map((io) => {
    const { schemas } = z.toJSONSchema(z.globalRegistry, {
      io,
      reused: 'inline',
      unrepresentable: 'any',
      override: describe,
      uri: (id) => COMPONENTS + id,
    });
    return new Map(Object.entries(schemas));
  });
  const named: Record<string, JsonObject> = {};
  for (const name of [...(answers?.keys() ?? [])].sort()) {
    const schema = plain((name.endsWith('Request') ? requests : answers)?.get(name), COMPONENTS);
    for (const key of ['$schema', '$id', 'id']) Reflect.deleteProperty(schema, key);
    named[name] = schema;
  }
  return named;
}

/** zod leaves out the examples of what it transforms, because they might be those of its result; ours are what is sent. */
function describe(context: Parameters<typeof overrideJsonSchema>[0]): void {
  overrideJsonSchema(context);
  const examples = z.globalRegistry.get(context.zodSchema)?.['examples'];
  if (examples !== undefined && !('$ref' in context.jsonSchema)) context.jsonSchema['examples'] ??= examples;
}

/** A copy that is nothing but JSON, with references below `base` turned into references to components. */
function plain(schema: unknown, base: string): JsonObject {
  return JSON.parse(JSON.stringify(schema).replaceAll(`"${base}`, `"${COMPONENTS}`)) as JsonObject;
}

/** The name of the component that a schema refers to, if it is nothing but such a reference. */
export function componentName(schema: unknown): string | undefined {
  if (!isJsonObject(schema) || typeof schema['$ref'] !== 'string' || !schema['$ref'].startsWith(COMPONENTS)) return undefined;
  return schema['$ref'].slice(COMPONENTS.length);
}

/** Tells an object from all other JSON. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
