import { componentName, isJsonObject, type JsonObject } from './schemas.ts';

/**
 * An example of a schema: its own, or one put together from the examples of its parts.
 * @param schemas the document's components, which references point into
 * @returns undefined when a part has no example
 */
export function exampleOf(schema: unknown, schemas: Readonly<Record<string, JsonObject>>): unknown {
  if (!isJsonObject(schema)) return undefined;
  if (Array.isArray(schema['examples'])) return schema['examples'][0];
  const name = componentName(schema);
  if (name !== undefined) return exampleOf(schemas[name], schemas);
  const choices: unknown = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return exampleOf(choices[0], schemas);
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (Array.isArray(schema['type']) && schema['type'].includes('null')) return null;
  if (schema['type'] === 'array') return exampleOfList(schema, schemas);
  if (schema['type'] === 'object') return exampleOfObject(schema, schemas);
  return undefined;
}

function exampleOfList(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>): unknown[] | undefined {
  const item = exampleOf(schema['items'], schemas);
  return item === undefined ? undefined : [item];
}

function exampleOfObject(schema: JsonObject, schemas: Readonly<Record<string, JsonObject>>): JsonObject | undefined {
  const example: JsonObject = {};
  for (const [field, property] of Object.entries(isJsonObject(schema['properties']) ? schema['properties'] : {})) {
    const value = exampleOf(property, schemas);
    if (value === undefined) return undefined;
    example[field] = value;
  }
  return example;
}
