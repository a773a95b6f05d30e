import { existsSync, readFileSync } from 'node:fs';

import { beforeAll, describe, expect, test } from 'vitest';

import { readContractFacts } from '../../tools/contract-facts.ts';
import { useServer } from '../support/app.ts';
import { componentOf, flatten, openApiDocument, operationsOf, resolve, type DocumentOperation, type DocumentSchema, type OpenApiDocument } from './document.ts';
import { contractFacts, type FieldFacts, type SchemaFacts, type Shape } from './facts.ts';

const facts = contractFacts.parse(JSON.parse(readFileSync(new URL('contract-facts.json', import.meta.url), 'utf8')));
const contractFile = new URL('../../../shared/contract/operations.json', import.meta.url);
const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const server = useServer();
let document: OpenApiDocument;

beforeAll(async () => {
  const response = await server.http.get('/api/v1/schema/?format=json');
  document = openApiDocument.parse(response.body);
});

const hasContract = existsSync(contractFile);
test.skipIf(!hasContract)(`the facts are those of the contract itself, as corrected${hasContract ? '' : ': skipped, ../shared/contract is missing'}`, () => {
  expect(facts).toEqual(readContractFacts(JSON.parse(readFileSync(contractFile, 'utf8'))));
});

test('no operation is described twice', () => {
  const ids = operationsOf(document).map(({ operationId }) => operationId);
  expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
});

describe.each(Object.entries(facts.operations))('%s', (operationId, operation) => {
  const served = (): DocumentOperation => {
    const found = operationsOf(document).find((candidate) => candidate.operationId === operationId);
    if (!found) throw new Error(`the document has no operation ${operationId}`);
    return found;
  };

  test('is served at its method and path, with or without a token as the contract says', () => {
    const { method, path, security } = served();
    expect({ method, path, authenticated: security.length > 0 }).toEqual({ method: operation.method, path: operation.path, authenticated: operation.authenticated });
  });

  test('has all parameters of the contract, and demands no other', () => {
    const { parameters } = served();
    for (const [name, { in: place, required, ...field }] of Object.entries(operation.parameters)) {
      const parameter = parameters.find((candidate) => candidate.name === name);
      expect(parameter, name).toMatchObject({ in: place, required });
      if (parameter) expectField(`${operationId} ${name}`, parameter.schema, field);
    }
    const added = parameters.filter(({ name }) => !(name in operation.parameters));
    expect(added.filter(({ required }) => required)).toEqual([]);
  });

  test('takes the contract\'s body in each of the three forms', () => {
    const body = served().requestBody;
    if (!operation.body) return;
    expect(body?.required).toBe(operation.body.required);
    expect(Object.keys(body?.content ?? {})).toEqual(BODY_TYPES);
    for (const media of Object.values(body?.content ?? {})) expectShape(`${operationId} body`, media.schema, operation.body.shape);
  });

  test('answers what the contract promises', () => {
    for (const [status, shape] of Object.entries(operation.answers)) {
      const answer = served().responses[status];
      expect(answer, status).toBeDefined();
      if (shape === null) expect(answer?.content).toBeUndefined();
      else expectShape(`${operationId} ${status}`, answer?.content?.['application/json']?.schema ?? {}, shape);
    }
  });
});

describe.each(Object.entries(facts.schemas))('%s', (name, schema) => {
  test('has the fields of the contract', () => {
    const component = document.components.schemas[name];
    expect(component).toBeDefined();
    if (component) expectObject(name, component, schema);
  });
});

function expectShape(where: string, schema: DocumentSchema, shape: Shape): void {
  if ('schema' in shape) {
    expect(componentOf(schema), where).toBe(shape.schema);
  } else if ('arrayOf' in shape) {
    // An answer may have further forms beside the array.
    const array = [schema, ...(schema.anyOf ?? [])].find(({ type }) => type === 'array');
    expectShape(where, array?.items ?? {}, shape.arrayOf);
  } else {
    expectObject(where, resolve(document, schema), shape);
  }
}

function expectObject(where: string, schema: DocumentSchema, { fields, required }: SchemaFacts): void {
  const properties = schema.properties ?? {};
  for (const [field, facts] of Object.entries(fields)) {
    const property = properties[field];
    expect(property, `${where}.${field}`).toBeDefined();
    if (property) expectField(`${where}.${field}`, property, facts);
  }
  const isKnown = (field: string): boolean => field in fields;
  // An answer that the contract describes loosely may promise more.
  if (required.length > 0 || where.endsWith('Request')) expect((schema.required ?? []).filter(isKnown).toSorted(), `${where} required`).toEqual(required);
  if (where.endsWith('Request')) expect((schema.required ?? []).filter((field) => !isKnown(field)), `${where} demands more`).toEqual([]);
}

function expectField(where: string, property: DocumentSchema, fact: FieldFacts): void {
  const field = flatten(document, property);
  const isRequest = where.includes('Request.') || where.includes(' body.');
  if (fact.type !== undefined) expect(field.types, where).toContain(fact.type);
  // Without any type a field may be anything; a request may take null where the contract does not.
  const isOpen = field.types.length === 0 || (isRequest && fact.nullable === undefined);
  if (!isOpen) expect(field.types.includes('null'), `${where} nullable`).toBe(fact.nullable ?? false);
  if (fact.format !== undefined) expect(field.format, where).toBe(fact.format);
  // Both ways: a lost value and a new one are each a change for clients, and so is a lost or a new enum.
  expect(field.enum?.toSorted(), `${where} enum`).toEqual(fact.enum?.toSorted());
  if (fact.maxLength !== undefined) expect(field.maxLength, `${where} maxLength`).toBe(fact.maxLength);
  if (fact.minLength !== undefined) expect(field.minLength ?? 0, `${where} minLength`).toBeLessThanOrEqual(fact.minLength);
  if (fact.readOnly) expect(field.readOnly, `${where} readOnly`).toBe(true);
  if (fact.writeOnly) expect(field.writeOnly, `${where} writeOnly`).toBe(true);
  if (fact.format === 'decimal' && isRequest) expectAmount(where, field);
}

/** A request's amount is text or a number; as text it has at least one digit. */
function expectAmount(where: string, field: DocumentSchema & { types: string[] }): void {
  expect(field.types, where).toEqual(expect.arrayContaining(['string', 'number']));
  const pattern = new RegExp(field.pattern ?? '^$');
  for (const amount of ['-12.34', '+1', '5.', '.5', '0', '123456789012.123']) expect(pattern.test(amount), `${where} accepts ${amount}`).toBe(true);
  for (const amount of ['', '.', '-', '1e3', '1 0', '1,5', 'NaN']) expect(pattern.test(amount), `${where} refuses "${amount}"`).toBe(false);
}
