import { z } from 'zod';

/** A JSON Schema of the document; what matters to the tests is typed, the rest is kept. */
export type DocumentSchema = z.output<typeof documentSchema>;
const documentSchema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  readOnly: z.boolean().optional(),
  writeOnly: z.boolean().optional(),
  required: z.array(z.string()).optional(),
  get anyOf() {
    return z.array(documentSchema).optional();
  },
  get items() {
    return documentSchema.optional();
  },
  get properties() {
    return z.record(z.string(), documentSchema).optional();
  },
});

const content = z.record(z.string(), z.looseObject({ schema: documentSchema, example: z.unknown().optional(), examples: z.record(z.string(), z.object({ value: z.unknown() })).optional() }));
const operationSchema = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), description: z.string().optional(), schema: documentSchema })).default([]),
  requestBody: z.object({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: content.optional() })),
});

/** An OpenAPI document, as far as the tests read it. */
export const openApiDocument = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.looseObject({ schemas: z.record(z.string(), documentSchema) }),
});
export type OpenApiDocument = z.output<typeof openApiDocument>;

/** One operation with where it is. */
export type DocumentOperation = z.output<typeof operationSchema> & { method: string; path: string };

/** All operations of a document. */
export function operationsOf(document: OpenApiDocument): DocumentOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
}

/** The name of the component that a schema refers to. */
export function componentOf(schema: DocumentSchema): string | undefined {
  return schema.$ref?.replace('#/components/schemas/', '');
}

/** What a schema refers to, or itself. @throws Error for a reference into nowhere */
export function resolve(document: OpenApiDocument, schema: DocumentSchema): DocumentSchema {
  const name = componentOf(schema);
  if (name === undefined) return schema;
  const component = document.components.schemas[name];
  if (!component) throw new Error(`the document has no component ${name}`);
  return { ...resolve(document, component), ...schema, $ref: undefined };
}

/** A field's schema with references and alternatives laid together: all its types, and all values of its enums. */
export function flatten(document: OpenApiDocument, field: DocumentSchema): DocumentSchema & { types: string[] } {
  const schema = resolve(document, field);
  const parts = (schema.anyOf ?? []).map((part) => flatten(document, part));
  const types = [...[schema.type ?? []].flat(), ...parts.flatMap((part) => part.types)];
  const values = parts.flatMap((part) => part.enum ?? []);
  const merged = parts.reduceRight<DocumentSchema>((all, part) => ({ ...all, ...part }), {});
  return { ...merged, ...schema, ...(values.length > 0 ? { enum: values } : {}), types: [...new Set(types)] };
}
