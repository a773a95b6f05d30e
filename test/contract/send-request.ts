import type { DocumentOperation } from './document.ts';
import { Pick, type KnownIds, type RequestPlan } from './random-request.ts';

/** An answer with its body read. */
export interface ReadAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** Picks the ids of a plan, and sends it. @returns the answer, and the request as text for messages */
export async function sendPlan(
  server: { baseUrl: string; token: string },
  operation: DocumentOperation,
  plan: RequestPlan,
  known: KnownIds,
): Promise<{ answer: ReadAnswer; request: string }> {
  const { form } = plan;
  const id = plan.id instanceof Pick ? plan.id.resolve(known) : String(plan.id);
  const query = Object.entries(plan.query).map(([name, value]): [string, string] => [name, asText(resolved(value, known))]);
  const path = operation.path.replace(/\{\w+\}/, encodeURIComponent(id)) + (query.length > 0 ? `?${new URLSearchParams(query).toString()}` : '');
  // An operation without a body may be sent one all the same.
  const body = operation.requestBody || operation.method === 'POST' ? encode(plan.body, form, known) : {};
  const response = await fetch(server.baseUrl + path, {
    method: operation.method,
    headers: { authorization: `Bearer ${server.token}`, ...body.type },
    ...(body.content === undefined ? {} : { body: body.content }),
  });
  const sent = Object.entries(plan.body).map(([name, value]) => `${name}=${asText(resolved(value, known))}`);
  return { answer: { status: response.status, headers: response.headers, text: await response.text() }, request: `${operation.method} ${path} as ${plan.actor}, ${form}: ${sent.join(' ')}` };
}

interface Encoded {
  type?: Record<string, string>;
  content?: string | FormData;
}

function encode(fields: Record<string, unknown>, form: RequestPlan['form'], known: KnownIds): Encoded {
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => [name, resolved(value, known)]);
  switch (form) {
    case 'json':
      // A file cannot be in JSON; it arrives as an empty object.
      return { type: { 'content-type': 'application/json' }, content: JSON.stringify(Object.fromEntries(entries)) };
    case 'broken':
      return { type: { 'content-type': 'application/json' }, content: `${JSON.stringify(Object.fromEntries(entries)).slice(0, -1)},` };
    case 'urlencoded': {
      const content = new URLSearchParams(entries.map(([name, value]): [string, string] => [name, asText(value)])).toString();
      return { type: { 'content-type': 'application/x-www-form-urlencoded' }, content };
    }
    case 'multipart': {
      const content = new FormData();
      for (const [name, value] of entries) content.set(name, value instanceof File ? value : asText(value));
      return { content };
    }
  }
}

/** Puts ids in place of what stands for them. `splits` is planned as pairs, because its keys are ids. */
function resolved(value: unknown, known: KnownIds): unknown {
  if (value instanceof Pick) return value.resolve(known);
  if (Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair[0] instanceof Pick)) {
    return Object.fromEntries(value.map(([pick, amount]: [Pick, unknown]) => [pick.resolve(known), amount]));
  }
  return value;
}

/** How forms and queries write a value. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return value instanceof File ? value.name : JSON.stringify(value);
}
