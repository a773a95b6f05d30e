import type { z } from 'zod';
import { ApiError, describeErrorBody } from './api-error.ts';
import { tokenSchema } from './api-types.ts';
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

/** What one HTTP exchange gave. */
interface Answer {
  status: number;
  body: unknown;
  headers: Headers;
}

/**
 * A logged-in connection to the API: sends JSON, keeps the access token fresh, waits where the server asks for
 * it, and turns everything that is not a success into an ApiError.
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
   * Reads a resource. Lost connections and 503 are retried: reading twice is harmless.
   * @param path from the server's root, query included, or an absolute URL as `next` holds it.
   */
  async get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
    for (const delay of RETRY_DELAYS_MILLISECONDS) {
      try {
        return await this.#send('GET', path, undefined, schema);
      } catch (error) {
        if (!isTransient(error)) throw error;
        await this.#tools.sleep(delay);
      }
    }
    return this.#send('GET', path, undefined, schema);
  }

  /**
   * Posts once. After an ApiError with `isTransient` it is unknown whether the server did it: look before
   * posting again.
   */
  async post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.infer<Schema>> {
    return this.#send('POST', path, body, schema);
  }

  /** Changes parts of a resource; the same caution as for `post`. */
  async patch<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.infer<Schema>> {
    return this.#send('PATCH', path, body, schema);
  }

  /** Waits before a caller's own next attempt. */
  async pause(attempt: number): Promise<void> {
    await this.#tools.sleep(RETRY_DELAYS_MILLISECONDS[Math.min(attempt, RETRY_DELAYS_MILLISECONDS.length - 1)] ?? 0);
  }

  async #send<Schema extends z.ZodType>(method: string, path: string, body: object | undefined, schema: Schema): Promise<z.infer<Schema>> {
    if (this.#accessToken === undefined) await this.login();
    let answer = await this.#exchange(method, path, body, { authorization: `Bearer ${this.#accessToken ?? ''}` });
    if (answer.status === 401) {
      await this.#renewToken();
      answer = await this.#exchange(method, path, body, { authorization: `Bearer ${this.#accessToken ?? ''}` });
    }
    if (answer.status < 200 || answer.status > 299) {
      // What is wrong with a body or a login says enough by itself; all else needs the place.
      const place = answer.status === 400 || answer.status === 401 ? '' : ` (${method} ${path})`;
      throw new ApiError(answer.status, describeErrorBody(answer.status, answer.body) + place);
    }
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success) {
      throw new ApiError(answer.status, `The answer to ${method} ${path} is not what a mibudge server sends: ${parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`);
    }
    return parsed.data;
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
    const answer = await this.#exchange('POST', path, body, headers);
    if (answer.status !== 200) throw new ApiError(answer.status, describeErrorBody(answer.status, answer.body));
    this.#accessToken = tokenSchema.parse(answer.body).access;
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('refresh_token='));
    this.#refreshCookie = cookie?.split(';', 1)[0] ?? this.#refreshCookie;
  }

  /** One request, repeated only where the server said that it did not look at it (429). */
  async #exchange(method: string, path: string, body: object | undefined, headers: Record<string, string>): Promise<Answer> {
    for (let throttles = 0; ; throttles += 1) {
      const answer = await this.#request(method, path, body, headers);
      if (answer.status !== 429 || throttles === MAXIMUM_THROTTLES) return answer;
      const seconds = Number(answer.headers.get('retry-after') ?? '1');
      if (!(seconds >= 0 && seconds <= MAXIMUM_THROTTLE_SECONDS)) return answer;
      await this.#tools.sleep(seconds * 1_000);
    }
  }

  async #request(method: string, path: string, body: object | undefined, headers: Record<string, string>): Promise<Answer> {
    try {
      const response = await this.#tools.fetch(this.#address(path), {
        method,
        headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MILLISECONDS),
      });
      return { status: response.status, body: parseJson(await response.text()), headers: response.headers };
    } catch (error) {
      throw new ApiError(0, `No answer from ${this.#server.url}: ${describeCause(error)}.`, { cause: error });
    }
  }

  /** `next` may name the server as others see it; the token goes only to the server that was configured. */
  #address(path: string): string {
    if (path.startsWith('/')) return this.#server.url + path;
    const { pathname, search } = new URL(path);
    return new URL(this.#server.url).origin + pathname + search;
  }
}

/** Says whether a request may have failed by chance: no answer arrived, or the server was not able to work. */
export function isTransient(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** fetch hides what happened ("fetch failed") in the cause. */
function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return ('code' in cause && typeof cause.code === 'string' && cause.message === '') ? cause.code : cause.message;
  return error.message;
}
