import type { SwaggerTransform, SwaggerTransformObject } from '@fastify/swagger';
import { z } from 'zod';

import { ERRORS } from '../../errors.ts';
import { completeDocument } from './document.ts';
import { isJsonObject, namedSchemas, toJsonSchema, type JsonObject } from './schemas.ts';

/** Headers of answers that clients act on, by status. */
const HEADERS: Readonly<Record<string, JsonObject>> = {
  401: { 'WWW-Authenticate': { type: 'string', description: 'Always `Bearer`.' } },
  429: { 'Retry-After': { type: 'integer', description: 'Seconds after which to try again.' } },
  503: { 'Retry-After': { type: 'integer', description: 'Seconds after which to try again.' } },
};

/** Turns a route's zod schemas into what @fastify/swagger expects. */
export const openApiTransform: SwaggerTransform = ({ schema, url }) => {
  const transformed: JsonObject = { ...schema };
  for (const part of ['params', 'querystring', 'headers', 'body'] as const) {
    const zodSchema: unknown = schema[part];
    if (zodSchema instanceof z.ZodType) transformed[part] = toJsonSchema(zodSchema, 'input');
  }
  if (typeof schema.response === 'object' && schema.response !== null) {
    transformed['response'] = Object.fromEntries(
      Object.entries(schema.response).map(([status, answer]: [string, unknown]) => [status, answer instanceof z.ZodType ? describeAnswer(status, answer) : answer]),
    );
  }
  return { schema: transformed, url };
};

/** One answer of an operation: its schema, its examples and its headers. */
function describeAnswer(status: string, answer: z.ZodType): JsonObject {
  const { description, examples, ...jsonSchema } = toJsonSchema(answer, 'output');
  const described = { description: description ?? answer.description ?? 'Success.', ...(HEADERS[status] ? { headers: HEADERS[status] } : {}) };
  if (jsonSchema['type'] === 'null') return { ...described, type: 'null' };
  return { ...described, content: { 'application/json': { schema: jsonSchema, ...namedExamples(examples) } } };
}

/** The examples of a media type have names in OpenAPI, those of failures their code; one alone needs none. */
function namedExamples(examples: unknown): JsonObject {
  if (!Array.isArray(examples) || examples.length === 0) return {};
  if (examples.length === 1) return { example: examples[0] as unknown };
  return { examples: Object.fromEntries(examples.map((value: unknown, index) => [errorCodeOf(value) ?? `example_${index + 1}`, { value }])) };
}

function errorCodeOf(example: unknown): string | undefined {
  const detail = isJsonObject(example) ? example['detail'] : undefined;
  return Object.entries(ERRORS).find(([, error]) => error.detail === detail)?.[0];
}

/** Adds every named schema to the document's components, and what concerns the document as a whole. */
export const openApiTransformObject: SwaggerTransformObject = (document) => {
  if (!('openapiObject' in document)) throw new Error('the document is OpenAPI 3.1');
  return completeDocument({ ...document.openapiObject }, namedSchemas());
};
