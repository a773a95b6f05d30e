/**
 * What is done to the OpenAPI document as a whole, once all routes are in it: rules that hold for every operation and
 * every schema, so that no route has to remember them.
 */
import { componentName, isJsonObject, type JsonObject } from './schemas.ts';
import { exampleOf } from './examples.ts';

type Schemas = Record<string, JsonObject>;

const JSON_TYPE = 'application/json';

/** Completes a document that holds all operations. @param named the schemas that become its components, by name */
export function completeDocument(document: JsonObject, named: Schemas): JsonObject {
  const schemas = Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, describeLikeRequest(name, schema, named)]));
  const components = isJsonObject(document['components']) ? document['components'] : {};
  const complete = structuredClone({ ...document, components: { ...components, schemas }, paths: sorted(document['paths']) });
  for (const operation of operationsOf(complete)) {
    completeRequestBody(operation, schemas);
    completeAnswers(operation, schemas);
  }
  return complete;
}

/** Paths in alphabetical order: the document does not depend on the order in which routes are registered. */
function sorted(paths: unknown): JsonObject {
  return Object.fromEntries(Object.entries(isJsonObject(paths) ? paths : {}).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function operationsOf(document: JsonObject): JsonObject[] {
  const paths = Object.values(isJsonObject(document['paths']) ? document['paths'] : {}).filter(isJsonObject);
  return paths.flatMap((path) => Object.values(path).filter(isJsonObject));
}

/**
 * Says of an answer what its request knows: which fields no request can change, and how long text can be. What a request
 * may leave out is optional in the answer too, although answers always hold it: clients were generated from a contract
 * that says so, and for them the types stay as they were.
 */
function describeLikeRequest(name: string, schema: JsonObject, named: Schemas): JsonObject {
  const properties = objectsIn(schema['properties']);
  if (name.endsWith('Request')) return schema;
  if (name.startsWith('Paginated')) return { ...schema, required: ['count', 'results'] };
  const request = named[`${name}Request`] ?? named[`Patched${name}Request`];
  if (!request && !('id' in properties)) return schema;
  const writable = objectsIn(request?.['properties']);
  const demanded = new Set(stringsIn(request?.['required']));
  const isReadOnly = (field: string): boolean => writable[field] === undefined || writable[field]['readOnly'] === true || field.endsWith('_currency');
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(properties).map(([field, property]) => [field, { ...lengthOf(writable[field]), ...property, ...(isReadOnly(field) ? { readOnly: true } : {}) }]),
    ),
    required: stringsIn(schema['required']).filter((field) => (isReadOnly(field) && writable[field]?.['readOnly'] !== true) || demanded.has(field)),
  };
}

function lengthOf(property: JsonObject | undefined): JsonObject {
  const alternatives = Array.isArray(property?.['anyOf']) ? property['anyOf'].filter(isJsonObject) : [];
  const length = [property, ...alternatives].find((part) => part?.['maxLength'] !== undefined)?.['maxLength'];
  return length === undefined ? {} : { maxLength: length };
}

function objectsIn(properties: unknown): Schemas {
  return Object.fromEntries(Object.entries(isJsonObject(properties) ? properties : {}).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])));
}

function stringsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** A body is required when a field of it is; its JSON form shows the schema's example. */
function completeRequestBody(operation: JsonObject, schemas: Schemas): void {
  const body = operation['requestBody'];
  if (!isJsonObject(body) || !isJsonObject(body['content'])) return;
  const json = body['content'][JSON_TYPE];
  if (!isJsonObject(json)) return;
  const name = componentName(json['schema']);
  const schema = name === undefined ? json['schema'] : schemas[name];
  body['required'] = isJsonObject(schema) && stringsIn(schema['required']).length > 0;
  body['content'] = Object.fromEntries(Object.entries(body['content']).map(([type, media]) => [type, structuredClone(media)]));
  addExample(body['content'], schemas);
}

function completeAnswers(operation: JsonObject, schemas: Schemas): void {
  const answers = isJsonObject(operation['responses']) ? operation['responses'] : {};
  for (const answer of Object.values(answers)) {
    if (isJsonObject(answer) && isJsonObject(answer['content'])) addExample(answer['content'], schemas);
  }
}

function addExample(content: unknown, schemas: Schemas): void {
  const json = isJsonObject(content) ? content[JSON_TYPE] : undefined;
  if (!isJsonObject(json) || 'example' in json || 'examples' in json) return;
  const example = exampleOf(json['schema'], schemas);
  if (example !== undefined) json['example'] = example;
}
