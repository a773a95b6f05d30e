import { z } from 'zod';
import { ApiError, describeErrorBody } from './api-error.ts';
import type { ClientConfig } from './client-config.ts';

/** What the connection needs from outside, so that tests need no network and no waiting. */
export interface ConnectionTools {
  fetch: typeof fetch;
  sleep: (milliseconds: number) => Promise<void>;
}

export const realTools: ConnectionTools = {
  fetch: (...parameters) => fetch(...parameters),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
/** Waits between the attempts of a read while the server starts, restarts or is out of reach. */
const RETRY_DELAYS_MILLISECONDS = [250, 1_000, 3_000, 8_000];
/** The longest throttling window of the server is a day; more than an hour of silence helps no importer. */
const MAXIMUM_THROTTLE_SECONDS = 3_600;
const MAXIMUM_THROTTLES = 5;

/** What a login answers with; other servers than mibudge's do not. */
const tokenSchema = z.object({ access: z.string().min(1) });

/**
 * A logged-in connection to the API, below its typed client: keeps the access token fresh, waits where the server asks
 * for it, and turns everything that is not a success into an ApiError.
 */
export class ApiConnection {
  readonly #server: ClientConfig;
  readonly #tools: ConnectionTools;
  #accessToken: string | undefined;
  #refreshCookie: string | undefined;

  constructor(server: ClientConfig, tools: ConnectionTools = realTools) {
    this.#server = server;
    this.#tools = tools;
  }

  /**
   * Logs in with username and password.
   * @throws ApiError, 401 when they are wrong.
   */
  async login(): Promise<void> {
    const { username, password } = this.#server;
    await this.#obtainToken('/api/token/', { username, password });
  }

  /**
   * Sends a request in the name of the user, as `fetch` does. Reads that get lost or meet a server that is not ready (502,
   * 503, 504) are repeated, up to a bound: reading twice is harmless. All else is sent once: after an ApiError with
   * `isTransient` it is unknown whether the server did it, so look before sending it again.
   * @param request to the configured server; its body is read.
   * @returns an answer with a status of 2xx.
   * @throws ApiError for every other.
   */
  async fetch(request: Request): Promise<Response> {
    if (request.method !== 'GET') return this.#send(request);
    for (const delay of RETRY_DELAYS_MILLISECONDS) {
      try {
        return await this.#send(request);
      } catch (error) {
        if (!isTransient(error)) throw error;
        await this.#tools.sleep(delay);
      }
    }
    return this.#send(request);
  }

  /** The server's base, without a slash at its end. */
  get url(): string {
    return this.#server.url;
  }

  /** Waits before a caller's own next attempt. */
  async pause(attempt: number): Promise<void> {
    await this.#tools.sleep(RETRY_DELAYS_MILLISECONDS[Math.min(attempt, RETRY_DELAYS_MILLISECONDS.length - 1)] ?? 0);
  }

  async #send(request: Request): Promise<Response> {
    if (this.#accessToken === undefined) await this.login();
    let response = await this.#exchange(withHeader(request, 'authorization', `Bearer ${this.#accessToken ?? ''}`));
    if (response.status === 401) {
      await this.#renewToken();
      response = await this.#exchange(withHeader(request, 'authorization', `Bearer ${this.#accessToken ?? ''}`));
    }
    const { pathname, search } = new URL(request.url);
    if (response.ok) {
      if (response.body === null || response.headers.get('content-type')?.includes('json') === true) return response;
      throw new ApiError(response.status, `The answer to ${request.method} ${pathname} is not what a mibudge server sends.`);
    }
    // What is wrong with a body or a login says enough by itself; all else needs the place.
    const place = response.status === 400 || response.status === 401 ? '' : ` (${request.method} ${pathname}${search})`;
    throw new ApiError(response.status, describeErrorBody(response.status, await readJson(response)) + place);
  }

  /** The refresh cookie spares the slow password check; when it is no longer good, the password is. */
  async #renewToken(): Promise<void> {
    if (this.#refreshCookie !== undefined) {
      try {
        await this.#obtainToken('/api/token/refresh/', {}, { cookie: this.#refreshCookie });
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
        this.#refreshCookie = undefined;
      }
    }
    await this.login();
  }

  async #obtainToken(path: string, body: object, headers: Record<string, string> = {}): Promise<void> {
    const response = await this.#exchange(
      new Request(this.#server.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }),
    );
    const answer = await readJson(response);
    if (response.status !== 200) throw new ApiError(response.status, describeErrorBody(response.status, answer));
    const token = tokenSchema.safeParse(answer);
    if (!token.success) throw new ApiError(response.status, `The answer to POST ${path} is not what a mibudge server sends.`);
    this.#accessToken = token.data.access;
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('refresh_token='));
    this.#refreshCookie = cookie?.split(';', 1)[0] ?? this.#refreshCookie;
  }

  /** One request, repeated only where the server said that it did not look at it (429). */
  async #exchange(request: Request): Promise<Response> {
    for (let throttles = 0; ; throttles += 1) {
      const response = await this.#request(request);
      if (response.status !== 429 || throttles === MAXIMUM_THROTTLES) return response;
      const seconds = Number(response.headers.get('retry-after') ?? '1');
      if (!(seconds >= 0 && seconds <= MAXIMUM_THROTTLE_SECONDS)) return response;
      await this.#tools.sleep(seconds * 1_000);
    }
  }

  async #request(request: Request): Promise<Response> {
    try {
      // A copy, so that the same can be sent again.
      const response = await this.#tools.fetch(request.clone(), { redirect: 'manual', signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS) });
      // An answer that breaks off is lost like one that never came.
      const body = await response.arrayBuffer();
      const { status, headers } = response;
      return new Response(body.byteLength === 0 ? null : body, { status, headers });
    } catch (error) {
      throw new ApiError(0, `No answer from ${this.#server.url}: ${describeCause(error)}.`, { cause: error });
    }
  }
}

/** Says whether a request may have failed by chance: no answer arrived, or the server was not able to work. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504);
}

/** The JSON of an answer; undefined when it is none. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function withHeader(request: Request, name: string, value: string): Request {
  const changed = request.clone();
  changed.headers.set(name, value);
  return changed;
}

/** fetch hides what happened ("fetch failed") in the cause. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return ('code' in cause && typeof cause.code === 'string' && cause.message === '') ? cause.code : cause.message;
  return error.message;
}
