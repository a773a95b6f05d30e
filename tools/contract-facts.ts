/**
 * The facts of the contract that clients were written against: each operation's method, path, parameters and bodies, each
 * schema's fields with their types and limits. test/contract/contract-facts.json is a copy of them, made by
 *
 *     node tools/contract-facts.ts ../shared/contract/operations.json
 *
 * from the contract's own file, with what is known to be wrong there set right (contract-corrections.ts).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { z } from 'zod';

import { contractFacts, fieldFacts, type ContractFacts, type FieldFacts, type SchemaFacts, type Shape } from '../test/contract/facts.ts';
import { correctContract } from './contract-corrections.ts';

const sourceField = z.looseObject({ $ref: z.string().optional(), oneOf: z.array(z.looseObject({ $ref: z.string() })).optional() });
const sourceSchema = z.looseObject({
  properties: z.record(z.string(), sourceField).optional(),
  required: z.array(z.string()).optional(),
  enum: z.array(z.string()).optional(),
});
const source = z.object({
  operations: z.record(
    z.string(),
    z.object({
      method: z.string(),
      path: z.string(),
      auth: z.unknown(),
      parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: z.looseObject({}) })),
      requestBody: z.object({ required: z.boolean(), schema: sourceSchema }).optional(),
      responses: z.record(z.string(), sourceSchema.nullable()),
    }),
  ),
  schemas: z.record(z.string(), sourceSchema),
});
type Source = z.output<typeof source>;

/** Reads the facts out of the contract's JSON and corrects them. */
export function readContractFacts(json: unknown): ContractFacts {
  const contract = source.parse(json);
  const operations: ContractFacts['operations'] = {};
  for (const [operationId, operation] of Object.entries(contract.operations)) {
    operations[operationId] = {
      method: operation.method,
      path: operation.path,
      authenticated: operation.auth !== 'default',
      parameters: Object.fromEntries(
        operation.parameters.map(({ name, in: place, required, schema }) => [name, { in: place, required, ...readField(schema, contract) }]),
      ),
      ...(operation.requestBody ? { body: { required: operation.requestBody.required, shape: readShape(operation.requestBody.schema, contract) } } : {}),
      answers: Object.fromEntries(Object.entries(operation.responses).map(([status, answer]) => [status, answer ? readShape(answer, contract) : null])),
    };
  }
  const objects = Object.entries(contract.schemas).filter(([, schema]) => !schema.enum);
  return contractFacts.parse(correctContract({ operations, schemas: Object.fromEntries(objects.map(([name, schema]) => [name, readObject(schema, contract)])) }));
}

function readShape(schema: Source['schemas'][string], contract: Source): Shape {
  return typeof schema['$ref'] === 'string' ? { schema: nameIn(schema['$ref']) } : readObject(schema, contract);
}

function readObject(schema: Source['schemas'][string], contract: Source): SchemaFacts {
  return {
    fields: Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, readField(field, contract)])),
    required: [...(schema.required ?? [])].sort(),
  };
}

function readField(field: Source['schemas'][string], contract: Source): FieldFacts {
  const references = [field['$ref'], ...z.array(z.looseObject({ $ref: z.string() })).catch([]).parse(field['oneOf']).map(({ $ref }) => $ref)].filter((reference) => typeof reference === 'string');
  const enums = references.flatMap((reference) => contract.schemas[nameIn(reference)]?.enum ?? []);
  const [reference] = references;
  if (enums.length > 0) return fieldFacts.parse({ ...field, type: 'string', enum: enums.sort() });
  if (reference !== undefined) return { schema: nameIn(reference) };
  return fieldFacts.parse(field);
}

function nameIn(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** JSON with what holds no further objects on one line each. */
function format(value: unknown, indent = ''): string {
  const nested = typeof value === 'object' && value !== null && Object.values(value).some((part) => typeof part === 'object' && part !== null && !Array.isArray(part));
  if (!nested) return JSON.stringify(value);
  const lines = Object.entries(value).map(([key, part]: [string, unknown]) => `${indent} ${JSON.stringify(key)}: ${format(part, `${indent} `)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , from] = process.argv;
  if (from === undefined) throw new Error('usage: node tools/contract-facts.ts PATH_OF_THE_CONTRACT');
  const facts = readContractFacts(JSON.parse(readFileSync(from, 'utf8')));
  writeFileSync(new URL('../test/contract/contract-facts.json', import.meta.url), `${format(facts)}\n`);
}
