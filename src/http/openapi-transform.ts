import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger';
import { z } from 'zod';

import { overrideJsonSchema } from './serializer.ts';

type JsonSchema = Record<string, unknown>;

/** What a request may send, or what an answer holds: a schema with transforms or defaults differs between the two. */
type Direction = 'input' | 'output';

const COMPONENTS = '#/components/schemas/';

/** Bodies of requests are named so in the contract; every other named schema is an answer. */
function directionOf(id: string): Direction {
  return id.endsWith('Request') ? 'input' : 'output';
}

/** zod's JSON Schema of one schema; named schemas inside it become references to the document's components. */
function toJsonSchema(schema: z.ZodType, io: Direction): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any', override: overrideJsonSchema }));
  const jsonSchema = JSON.parse(text.replaceAll('"#/$defs/', `"${COMPONENTS}`)) as JsonSchema;
  for (const key of ['$schema', '$defs', 'id', '$id']) Reflect.deleteProperty(jsonSchema, key);
  return jsonSchema;
}

function referenceOrSchema(schema: z.ZodType, io: Direction): JsonSchema {
  const id = z.globalRegistry.get(schema)?.id;
  return id === undefined ? toJsonSchema(schema, io) : { $ref: COMPONENTS + id };
}

/** Turns a route's zod schemas into what @fastify/swagger expects. */
export const openApiTransform: SwaggerTransform = ({ schema, url }) => {
  const transformed: Record<string, unknown> = { ...schema };
  for (const part of ['params', 'querystring', 'headers'] as const) {
    const zodSchema: unknown = schema[part];
    if (zodSchema instanceof z.ZodType) transformed[part] = toJsonSchema(zodSchema, 'input');
  }
  if (schema.body instanceof z.ZodType) transformed['body'] = referenceOrSchema(schema.body, 'input');
  if (typeof schema.response === 'object' && schema.response !== null) {
    transformed['response'] = Object.fromEntries(
      Object.entries(schema.response).map(([status, answer]: [string, unknown]) => [
        status,
        answer instanceof z.ZodType ? { ...referenceOrSchema(answer, 'output'), description: answer.description ?? 'Success.' } : answer,
      ]),
    );
  }
  return { schema: transformed, url };
};

/** Adds every named schema to the document's components. */
export const openApiTransformObject: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) throw new Error('the document is OpenAPI 3.1');
  const { openapiObject } = document;
  const schemas: JsonSchema = {};
  for (const schema of namedSchemas()) {
    const id = z.globalRegistry.get(schema)?.id;
    if (id !== undefined) schemas[id] = toJsonSchema(schema, directionOf(id));
  }
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([left], [right]) => (left < right ? -1 : 1)));
  return { ...openapiObject, components: { ...openapiObject.components, schemas: sorted } } as ReturnType<SwaggerTransformObject>;
};

function namedSchemas(): z.ZodType[] {
  return [...z.globalRegistry._idmap.values()].filter((schema) => schema instanceof z.ZodType);
}
