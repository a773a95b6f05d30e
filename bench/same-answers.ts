import { isDeepStrictEqual } from 'node:util';

import type { LoadRequest } from './load-job.ts';
import type { Side } from './turns.ts';

/**
 * Holds the reference to its word that it answers as the server does. Reads must be equal but for the address in links;
 * writes, whose ids differ, must have the same fields.
 * @returns what differs, or undefined
 */
export async function differenceOf(server: Side, reference: Side): Promise<string | undefined> {
  for (const [index, request] of server.requests.entries()) {
    const counterpart = reference.requests[index] ?? request;
    const [expected, actual] = [await answerOf(server, request), await answerOf(reference, counterpart)];
    const isSame = request.method === 'GET' ? isDeepStrictEqual(actual, expected) : isDeepStrictEqual(fieldsOf(actual), fieldsOf(expected));
    if (!isSame) return `the reference answers ${request.method} ${request.path} otherwise than the server`;
  }
  return undefined;
}

async function answerOf(side: Side, { method, path, body }: LoadRequest): Promise<unknown> {
  const answer = await fetch(side.url + path, { method, headers: side.headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
  return JSON.parse(text.replaceAll(side.url, ''));
}

function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldsOf);
  return typeof value === 'object' && value !== null ? Object.keys(value).sort() : typeof value;
}
