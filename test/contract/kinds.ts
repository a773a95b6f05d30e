/** What the OpenAPI document says of who may do what, and where operations name objects. */
import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { openApiDocument, operationsOf, resolve, type DocumentOperation } from './document.ts';

// Tested to be what the server serves.
const document = openApiDocument.parse(parse(readFileSync(new URL('../../openapi/openapi.yaml', import.meta.url), 'utf8')));
/** All operations of the API. */
export const operations = operationsOf(document);

/** What decides who may do something: whose the object is, or what the user is. */
export type Kind = 'public' | 'everyone' | 'self' | 'staff' | 'object' | 'list' | 'create';

export function kindOf({ operationId, method, path, security }: DocumentOperation): Kind {
  if (security.length === 0) return 'public';
  if (path.startsWith('/api/v1/users/me/')) return 'self';
  if (path.startsWith('/api/v1/users/')) return 'staff';
  // Reference data; and whoever makes an account owns it.
  if (/^(banks|currencies)_/.test(operationId) || operationId === 'bank_accounts_create') return 'everyone';
  if (path.includes('{id}')) return 'object';
  return method === 'GET' ? 'list' : 'create';
}

/** The fields of bodies that name an object of somebody's account. */
export const references = operations.flatMap((operation) => {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const properties = Object.entries((schema && resolve(document, schema).properties) ?? {});
  const uuids = properties.filter(([field, { format, readOnly }]) => (format === 'uuid' && readOnly !== true && field !== 'bank') || field === 'splits');
  return uuids.map(([field]) => [operation.operationId, field, operation] as const);
});

/** The filters of lists that name an object of somebody's account. */
export const filters = operations.flatMap((operation) =>
  kindOf(operation) === 'list' ? operation.parameters.filter(({ schema }) => schema.format === 'uuid').map(({ name }) => [operation.operationId, name, operation] as const) : [],
);
