import { z } from 'zod';

/** What a field is: JSON Schema keywords; `enum` holds the values of what the contract refers to, `schema` the name of an object. */
export const fieldFacts = z.object({
  type: z.string().optional(),
  format: z.string().optional(),
  nullable: z.literal(true).optional(),
  readOnly: z.literal(true).optional(),
  writeOnly: z.literal(true).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  enum: z.array(z.string()).optional(),
  items: z.looseObject({}).optional(),
  schema: z.string().optional(),
});
export const schemaFacts = z.object({ fields: z.record(z.string(), fieldFacts), required: z.array(z.string()) });
const named = z.strictObject({ schema: z.string() });
const shape = z.union([named, z.strictObject({ arrayOf: z.union([named, schemaFacts]) }), schemaFacts]);
export const contractFacts = z.object({
  operations: z.record(
    z.string(),
    z.object({
      method: z.string(),
      path: z.string(),
      authenticated: z.boolean(),
      parameters: z.record(z.string(), fieldFacts.extend({ in: z.string(), required: z.boolean() })),
      body: z.object({ required: z.boolean(), shape }).optional(),
      /** By status; null for an answer without a body. */
      answers: z.record(z.string(), shape.nullable()),
    }),
  ),
  schemas: z.record(z.string(), schemaFacts),
});
export type ContractFacts = z.output<typeof contractFacts>;
export type SchemaFacts = z.output<typeof schemaFacts>;
export type FieldFacts = z.output<typeof fieldFacts>;
export type Shape = z.output<typeof shape>;
