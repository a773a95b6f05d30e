import { describe, expect, test } from 'vitest';
import { ApiClient } from '../../src/client/api-client.ts';
import { ApiConnection } from '../../src/client/api-connection.ts';
import { ApiError } from '../../src/client/api-error.ts';

/** What a scripted server answers to one request, or how it fails. */
interface Step {
  expects: string;
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  lost?: boolean;
  /** The answer starts, and never ends. */
  breaksOff?: boolean;
}

const SERVER = { url: 'http://server.test', username: 'ada', password: 'secret-enough' };
const login: Step = { expects: 'POST /api/token/ - {"username":"ada","password":"secret-enough"}', body: { access: 'token-1' }, headers: { 'set-cookie': 'refresh_token=cookie-1; Path=/api/token/; HttpOnly' } };
const get = (expects = 'GET /x/ Bearer token-1'): Step => ({ expects, body: { value: 1 } });
const request = (path: string, body?: object): Request => new Request(`${SERVER.url}${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
const json = async (answer: Promise<Response>): Promise<unknown> => (await answer).json();

/** A connection to a server that answers as scripted, in this order; waits are recorded, not waited. */
function connect(...steps: Step[]): { connection: ApiConnection; sleeps: number[]; remaining: Step[] } {
  const remaining = [...steps];
  const sleeps: number[] = [];
  const connection = new ApiConnection(SERVER, {
    sleep: (milliseconds) => {
      sleeps.push(milliseconds);
      return Promise.resolve();
    },
    fetch: async (input, init) => {
      const sent = new Request(input, init);
      const url = new URL(sent.url);
      const text = await sent.text();
      const body = text === '' ? '' : ` ${text}`;
      const step = remaining.shift();
      expect(`${sent.method} ${url.pathname}${url.search} ${sent.headers.get('authorization') ?? sent.headers.get('cookie') ?? '-'}${body}`).toBe(step?.expects);
      expect(url.origin).toBe(SERVER.url);
      if (step === undefined || step.lost === true) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
      if (step.breaksOff === true) return new Response(new ReadableStream({ start: (controller) => { controller.error(new TypeError('terminated')); } }));
      if (typeof step.body === 'string' && step.status === undefined) return new Response(step.body, { headers: { 'content-type': 'text/html' } });
      return Response.json(step.body ?? {}, { status: step.status ?? 200, headers: step.headers ?? {} });
    },
  });
  return { connection, sleeps, remaining };
}

describe('a connection', () => {
  test('logs in once, before its first request', async () => {
    const { connection, remaining } = connect(login, get(), get());
    await expect(json(connection.fetch(request('/x/')))).resolves.toEqual({ value: 1 });
    await connection.fetch(request('/x/'));
    expect(remaining).toEqual([]);
  });

  test('renews an expired token with the rotated cookie each time', async () => {
    const expired: Step = { expects: 'GET /x/ Bearer token-1', status: 401, body: { detail: 'expired', code: 'token_not_valid' } };
    const { connection, remaining } = connect(
      login,
      expired,
      { expects: 'POST /api/token/refresh/ refresh_token=cookie-1 {}', body: { access: 'token-2' }, headers: { 'set-cookie': 'refresh_token=cookie-2; Path=/api/token/' } },
      { ...get(), expects: 'GET /x/ Bearer token-2', status: 401 },
    );
    await expect(connection.fetch(request('/x/'))).rejects.toMatchObject({ status: 401 });
    expect(remaining).toEqual([]);
  });

  test('logs in again when the refresh cookie is no longer good', async () => {
    const { connection, remaining } = connect(
      login,
      { expects: 'POST /x/ Bearer token-1 {"a":1}', status: 401 },
      { expects: 'POST /api/token/refresh/ refresh_token=cookie-1 {}', status: 401, body: { detail: 'No' } },
      { ...login, body: { access: 'token-2' } },
      { expects: 'POST /x/ Bearer token-2 {"a":1}', status: 201, body: { value: 2 } },
    );
    await expect(json(connection.fetch(request('/x/', { a: 1 })))).resolves.toEqual({ value: 2 });
    expect(remaining).toEqual([]);
  });

  test('passes on why a login fails', async () => {
    const { connection } = connect({ ...login, status: 401, body: { detail: 'No active account found with the given credentials' } });
    await expect(connection.fetch(request('/x/'))).rejects.toThrow('No active account found with the given credentials');
  });

  test('waits as long as a throttling server asks, then sends the same again', async () => {
    const throttled: Step = { expects: 'POST /x/ Bearer token-1 {"a":1}', status: 429, headers: { 'retry-after': '17' } };
    const { connection, sleeps, remaining } = connect(login, throttled, throttled, { ...throttled, status: 201, body: { value: 1 } });
    await connection.fetch(request('/x/', { a: 1 }));
    expect(sleeps).toEqual([17_000, 17_000]);
    expect(remaining).toEqual([]);
  });

  test('gives up on a server that asks for more than an hour', async () => {
    const { connection, sleeps } = connect(login, { expects: 'GET /x/ Bearer token-1', status: 429, body: { detail: 'Throttled.' }, headers: { 'retry-after': '86400' } });
    await expect(connection.fetch(request('/x/'))).rejects.toThrow('Throttled.');
    expect(sleeps).toEqual([]);
  });

  test('repeats reads that get lost or meet a server that is not ready, up to a bound', async () => {
    const lost: Step = { ...get(), lost: true };
    const { connection, sleeps } = connect(login, lost, { ...get(), status: 503 }, get());
    await expect(json(connection.fetch(request('/x/')))).resolves.toEqual({ value: 1 });
    expect(sleeps).toHaveLength(2);

    const gone = connect(login, lost, lost, lost, lost, lost);
    await expect(gone.connection.fetch(request('/x/'))).rejects.toThrow('No answer from http://server.test: connect ECONNREFUSED.');
    expect(gone.remaining).toEqual([]);
  });

  test('takes an answer that breaks off for a lost one', async () => {
    const { connection } = connect(login, { ...get(), breaksOff: true }, get());
    await expect(json(connection.fetch(request('/x/')))).resolves.toEqual({ value: 1 });
  });

  test('never repeats a lost write by itself', async () => {
    const { connection, remaining } = connect(login, { expects: 'POST /x/ Bearer token-1 {}', lost: true });
    await expect(connection.fetch(request('/x/', {}))).rejects.toMatchObject({ status: 0 });
    expect(remaining).toEqual([]);
  });

  test.each([
    [{ amount: ['A valid number is required.', 'Too long.'], raw_description: ['Blank.'] }, 'amount: A valid number is required. Too long.; raw_description: Blank.'],
    [{ non_field_errors: ['Both are the same.'] }, 'Both are the same.'],
    [{ detail: 'Not found.' }, 'Not found.'],
    ['<html>', 'The server answered 400.'],
    [{}, 'The server answered 400.'],
  ])("passes on the server's words %j", async (body, message) => {
    const { connection } = connect(login, { expects: 'POST /x/ Bearer token-1 {}', status: 400, body });
    await expect(connection.fetch(request('/x/', {}))).rejects.toEqual(new ApiError(400, message));
  });

  test('tells which request was refused for another reason than its body', async () => {
    const { connection } = connect(login, { expects: 'POST /x/ Bearer token-1 {}', status: 404, body: { detail: 'Not found.' } });
    await expect(connection.fetch(request('/x/', {}))).rejects.toThrow('Not found. (POST /x/)');
  });

  test('says so when the answer is no JSON', async () => {
    const { connection } = connect(login, { ...get(), body: '<html>' });
    await expect(connection.fetch(request('/x/'))).rejects.toThrow('The answer to GET /x/ is not what a mibudge server sends.');
  });

  test('says so when who answers a login is no mibudge server', async () => {
    const { connection } = connect({ ...login, body: { something: 'else' } });
    await expect(connection.fetch(request('/x/'))).rejects.toThrow('POST /api/token/ is not what a mibudge server sends');
  });
});

describe('a client', () => {
  const page = (number: number, next: string | null, ...results: object[]): Step => ({
    expects: `GET /api/v1/banks/?page=${number}&page_size=500 Bearer token-1`,
    body: { count: 3, next, previous: null, results },
  });

  test('reads a list to its end, and only from the server it was given', async () => {
    const { connection, remaining } = connect(login, page(1, 'https://elsewhere.test/api/v1/banks/?page=2', { id: '1' }, { id: '2' }), page(2, null, { id: '3' }));
    await expect(new ApiClient(connection).banks()).resolves.toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(remaining).toEqual([]);
  });

  const transaction = { bank_account: 'id', amount: '-1.00', posted_date: '2026-11-02', raw_description: 'tea', transaction_type: '' } as const;
  const post: Step = { expects: `POST /api/v1/transactions/ Bearer token-1 ${JSON.stringify(transaction)}` };
  const created = { id: '1', amount: '-1.00', posted_date: '2026-11-02T00:00:00.000Z', raw_description: 'tea', pending: false };

  test('posts a transaction again only after a look has shown that it is not there', async () => {
    const looks: boolean[] = [];
    const look = (answer: boolean) => (): Promise<boolean> => {
      looks.push(answer);
      return Promise.resolve(answer);
    };
    const there = connect(login, { ...post, lost: true });
    await new ApiClient(there.connection).createTransaction(transaction, look(true));
    const notThere = connect(login, { ...post, lost: true }, { ...post, status: 503 }, { ...post, status: 201, body: created });
    await new ApiClient(notThere.connection).createTransaction(transaction, look(false));
    expect(looks).toEqual([true, false, false]);
    expect([...there.remaining, ...notThere.remaining]).toEqual([]);
  });

  test('does not repeat a transaction that the server refuses', async () => {
    const { connection, remaining } = connect(login, { ...post, status: 400, body: { amount: ['Wrong.'] } });
    await expect(new ApiClient(connection).createTransaction(transaction, () => Promise.reject(new Error('no need to look')))).rejects.toThrow('amount: Wrong.');
    expect(remaining).toEqual([]);
  });
});
