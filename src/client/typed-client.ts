import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './generated/openapi.ts';

/** HTTP whose paths, parameters, bodies and answers are checked against the API's document by the compiler. */
export type TypedClient = Client<paths>;

/**
 * @param url the server's base, without a slash at its end.
 * @param send what sends a request, like `fetch`; it knows who asks.
 */
export function typedClient(url: string, send: (request: Request) => Promise<Response>): TypedClient {
  return createClient<paths>({ baseUrl: url, fetch: send });
}

/**
 * The body of an answer.
 * @throws Error with status and body when it is not a success, or has none.
 */
export async function bodyOf<Body>(answer: Promise<{ data?: Body; error?: unknown; response: Response }>): Promise<Body> {
  const { data, error, response } = await answer;
  if (data === undefined) throw new Error(`${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return data;
}

/** One page of a list. */
interface Page<Row> {
  next: string | null;
  results: Row[];
}

/**
 * All rows of a list.
 * @param readPage reads one of its pages, which count from 1.
 */
export async function allRows<Row>(readPage: (page: number) => Promise<{ data?: Page<Row>; error?: unknown; response: Response }>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let number = 1; ; number += 1) {
    const { next, results } = await bodyOf(readPage(number));
    rows.push(...results);
    if (next === null) return rows;
  }
}
