import { readdirSync } from 'node:fs';
import { request as send } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const MAXIMUM_UPLOAD_BYTES = 65_536;
const server = useServer({ MIBUDGE_MAX_BODY_BYTES: '4096', MIBUDGE_MAX_UPLOAD_BYTES: String(MAXIMUM_UPLOAD_BYTES) });
let user: TestUser;
let account: TestBankAccount;
let path: string;

beforeAll(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user);
  path = `/api/v1/transactions/${(await createTransaction(user, account)).id}/`;
});

const fields = (): Record<string, string> => ({ bank_account: account.id, amount: '-1.50', posted_date: '2026-11-19', transaction_type: 'ach', raw_description: 'é ✓', pending: 'true', memo: '' });

describe('the three body types say the same', () => {
  const expected = { amount: '-1.50', raw_description: 'é ✓', pending: true, memo: null };

  test('JSON', async () => {
    const body = (await user.http.post('/api/v1/transactions/', { ...fields(), pending: true, memo: null }).expect(201)).body as unknown;
    expect(body).toMatchObject(expected);
  });

  test('an urlencoded form', async () => {
    expect((await user.http.post('/api/v1/transactions/').type('form').send(fields()).expect(201)).body).toMatchObject(expected);
  });

  test('a multipart form', async () => {
    expect((await user.http.post('/api/v1/transactions/').field(fields()).expect(201)).body).toMatchObject(expected);
  });
});

/** Sends a PATCH whose headers are exactly these, as supertest cannot. */
async function patchRaw(headers: Record<string, string>, body = ''): Promise<number> {
  const { port } = server.app.server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const request = send({ port, path, method: 'PATCH', headers: { authorization: `Bearer ${user.token}`, ...headers } }, (response) => {
      response.resume().on('end', () => { resolve(response.statusCode ?? 0); });
    });
    request.on('error', reject).end(body);
  });
}

test.each([[{}], [{ 'content-type': 'application/json' }], [{ 'content-type': 'application/x-www-form-urlencoded' }], [{ 'content-type': 'multipart/form-data; boundary=x' }], [{ 'content-type': 'text/plain' }]])(
  'an empty body is an empty object, with the headers %j',
  async (headers) => {
    expect(await patchRaw({ ...headers, 'content-length': '0' })).toBe(200);
    expect((await user.http.patch(path).set(headers)).status).toBe(200);
  },
);

test('malformed JSON is 400 and says so', async () => {
  for (const body of ['{', '{"memo": }', 'nonsense']) {
    const answer = await user.http.patch(path).type('json').send(body).expect(400);
    expect((answer.body as { detail: string }).detail).toMatch(/^JSON parse error - /);
  }
});

test('JSON that is no object is 400', async () => {
  await user.http.patch(path).type('json').send('[]').expect(400, { non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] });
  await user.http.patch(path).type('json').send('"memo"').expect(400);
});

test('other media types are 415', async () => {
  await user.http.patch(path).type('text/xml').send('<memo/>').expect(415, { detail: 'Unsupported media type in request.' });
});

test('a malformed multipart body is 400', async () => {
  await user.http.patch(path).set('content-type', 'multipart/form-data').send('x').expect(400);
  const answer = await user.http.patch(path).set('content-type', 'multipart/form-data; boundary=x').send('nonsense');
  expect(answer.status).toBe(400);
});

test('JSON that is nested too deeply is 400, in a body and in the field of a form, and brackets in a text do not count', async () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  const tooDeep = { detail: 'JSON parse error - nested deeper than 32 levels' };
  await user.http.patch(path).type('json').send(`{"transaction_type": ${nested(32)}}`).expect(400, tooDeep);
  await user.http.patch(path).type('json').send('['.repeat(4000)).expect(400, tooDeep);
  expect((await user.http.patch(path).type('json').send(`{"transaction_type": ${nested(31)}}`).expect(400)).body).toHaveProperty('transaction_type');
  await user.http.patch(path).type('json').send(`{"memo": "\\"${'['.repeat(100)}"}`).expect(200);
  await user.http.post(`${path}splits/`).type('form').send({ splits: nested(33) }).expect(400, tooDeep);
  await user.http.post(`${path}splits/`).field('splits', nested(33)).expect(400, tooDeep);
});

describe('too large is 413', () => {
  const long = 'x'.repeat(5000);

  test('JSON and urlencoded forms', async () => {
    await user.http.patch(path, { memo: long }).expect(413, { detail: 'Request body is too large.' });
    await user.http.patch(path).type('form').send({ memo: long }).expect(413);
  });

  test('an urlencoded form by the number of its fields', async () => {
    await user.http.patch(path).type('form').send('a&'.repeat(199)).expect(200);
    await user.http.patch(path).type('form').send('a&'.repeat(200)).expect(413, { detail: 'Request body is too large.' });
  });

  test('a multipart form by one field, by all fields together, and by their number', async () => {
    await user.http.patch(path).field('memo', long).expect(413);
    await user.http.patch(path).field({ a: 'x'.repeat(3000), b: 'x'.repeat(3000) }).expect(413);
    await user.http.patch(path).field(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`f${index}`, '']))).expect(413);
  });
});

describe('a multipart body is bounded as a whole, whatever becomes of its files', () => {
  const FRAMING_BYTES = 65_536;
  const part = '--x\r\ncontent-disposition: form-data; name="surprise"; filename="a.txt"\r\n\r\n';

  /** Sends a POST that stops before its end. @returns what came back until the server closed the connection */
  async function postHalf(path: string, framing: string, chunks: string[]): Promise<string> {
    const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
    const headers = ['host: localhost', `authorization: Bearer ${user.token}`, 'content-type: multipart/form-data; boundary=x', framing];
    socket.write([`POST ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
    for (const chunk of chunks) socket.write(chunk);
    return text(socket);
  }

  const chunked = (content: string): string => `${content.length.toString(16)}\r\n${content}\r\n`;

  test.each([
    ['where no file is taken', '/api/token/', 4096 + FRAMING_BYTES],
    ['where two are', '/api/v1/transactions/', 4096 + 2 * MAXIMUM_UPLOAD_BYTES + FRAMING_BYTES],
  ])('%s: by its announced length, or as soon as more has come', async (_where, path, bound) => {
    expect(await postHalf(path, `content-length: ${bound + 1}`, [part])).toMatch(/^HTTP\/1.1 413 .*{"detail":"Request body is too large."}$/s);
    const rest = bound + 1 - part.length;
    expect(await postHalf(path, 'transfer-encoding: chunked', [chunked(part), chunked('x'.repeat(rest))])).toMatch(/^HTTP\/1.1 413 /);
  });

  test('up to the bound it is read to its end', async () => {
    const files = user.http.patch(path).attach('image', Buffer.alloc(MAXIMUM_UPLOAD_BYTES), 'a.png').attach('document', Buffer.alloc(MAXIMUM_UPLOAD_BYTES), 'a.txt');
    await files.field('unknown', 'x'.repeat(4000)).expect(400, { image: ['Upload a valid image: PNG, JPEG, GIF, WebP or HEIC.'] });
  });
});

test('a file in a field that takes none is not stored, and is no text', async () => {
  const answer = await user.http.patch(path).attach('memo', Buffer.from('text'), 'memo.txt').attach('surprise', Buffer.from('x'), 'x.txt').expect(400);
  expect(answer.body).toEqual({ memo: ['Not a valid string.'] });
  expect(readdirSync(server.config.dataDirectory).includes('uploads') ? readdirSync(join(server.config.dataDirectory, 'uploads', 'incoming')) : []).toEqual([]);
});
