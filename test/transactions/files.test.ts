import { readdirSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';

import { beforeEach, describe, expect, test } from 'vitest';

import { sweepOrphanedFiles } from '../../src/files/sweep-orphaned-files.ts';
import { createLog } from '../../src/log.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const MAXIMUM_BYTES = 4096;
const logged = new PassThrough();
const server = useServer({ MIBUDGE_MAX_UPLOAD_BYTES: String(MAXIMUM_BYTES), MIBUDGE_FILE_URL_TTL: '24h' }, { log: createLog({ logLevel: 'trace' }, logged) });
const START = '2026-11-20T08:00:00Z';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('the rest of a picture')]);
const HTML = Buffer.from('<script>alert(1)</script>');
const box = (brands: string): Buffer => {
  const body = Buffer.from(`ftyp${brands}`, 'latin1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length + 4);
  return Buffer.concat([size, body, Buffer.from('\0\0\0\0mdat heic')]);
};

let user: TestUser;
let account: TestBankAccount;
let transaction: { id: string };

interface Files {
  image: string | null;
  document: string | null;
}

beforeEach(async () => {
  server.clock.set(START);
  user = await createUser(server);
  account = await createBankAccount(server, user);
  transaction = await createTransaction(user, account);
});

const uploads = (): string => join(server.config.dataDirectory, 'uploads');
/** The names of all stored files. */
const stored = (): string[] => readdirSync(uploads()).filter((name) => name !== 'incoming').sort();
const incoming = (): string[] => readdirSync(join(uploads(), 'incoming'));
const pathOf = (url: string | null): string => url?.replace(/^http:\/\/[^/]+/, '') ?? '';
const idOf = (url: string | null): string => pathOf(url).split('/')[5] ?? '';

function patch(): ReturnType<typeof user.http.patch> {
  return user.http.patch(`/api/v1/transactions/${transaction.id}/`);
}

async function upload(field: keyof Files, content: Buffer, fileName: string): Promise<Files> {
  return (await patch().attach(field, content, fileName).expect(200)).body as Files;
}

test('an image is shown in pages of any origin, without a token, and can run nothing', async () => {
  const { image, document } = await upload('image', PNG, 'receipt.html');
  expect(document).toBeNull();
  const answer = await server.http.get(pathOf(image)).expect(200);
  expect(answer.body).toEqual(PNG);
  expect(answer.headers).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'cross-origin',
    'content-disposition': 'inline; filename=receipt.png',
  });
});

test('a document is saved under its own name, whatever it is', async () => {
  const { document } = await upload('document', HTML, 'Reçu № 1.html');
  const answer = await server.http.get(pathOf(document)).buffer(true).expect(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="Re?u ? 1.html"; filename*=UTF-8''Re%C3%A7u%20%E2%84%96%201.html`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  });
});

test('the log names the file, and not the signature that opens it', async () => {
  const { image } = await upload('image', PNG, 'receipt.png');
  logged.read();
  for (const path of [pathOf(image), `/elsewhere${pathOf(image)}`]) await server.http.get(path);
  const lines = String(logged.read());
  expect(lines).toContain(`"url":"${pathOf(image).split('?')[0] ?? ''}"`);
  expect(lines).toContain('/elsewhere/');
  expect(lines).not.toMatch(/signature|expires/);
});

test('both files may come with the transaction itself', async () => {
  const body = (await user.http
    .post('/api/v1/transactions/')
    .field({ bank_account: account.id, amount: '-1', posted_date: '2026-11-19', transaction_type: '', raw_description: 'X' })
    .attach('image', PNG, 'a.png')
    .attach('document', HTML, 'a.html')
    .expect(201)).body as unknown;
  const { image, document } = body as Files;
  await server.http.get(pathOf(image)).expect(200);
  await server.http.get(pathOf(document)).expect(200);
});

test('parts of a file, and files that have not changed, need not be sent whole', async () => {
  const { image } = await upload('image', PNG, 'a.png');
  const part = await server.http.get(pathOf(image)).set('range', 'bytes=1-3').expect(206);
  expect(part.body).toEqual(PNG.subarray(1, 4));
  await server.http.get(pathOf(image)).set('range', 'bytes=9999-').expect(400);
  await server.http.get(pathOf(image)).set('if-none-match', String(part.headers['etag'])).expect(304);
});

describe('a link', () => {
  test('is void after a day, and a new one is as good', async () => {
    const { image } = await upload('image', PNG, 'a.png');
    server.clock.set('2026-11-21T07:59:59Z');
    server.clock.set('2026-11-21T08:00:00Z');
    await server.http.get(pathOf(image)).expect(404, { detail: 'Not found.' });
    const body = (await user.http.get(`/api/v1/transactions/${transaction.id}/`)).body as unknown;
    await server.http.get(pathOf((body as Files).image)).expect(200);
  });

  test('cannot be guessed, changed or moved to another file', async () => {
    const { image } = await upload('image', PNG, 'a.png');
    const { document } = await upload('document', HTML, 'a.png');
    const [path = '', query = ''] = pathOf(image).split('?');
    const forged = [
      path,
      `${path}?expires=9999999999&signature=${'A'.repeat(43)}`,
      `${path}?${query.replace(/expires=\d+/, 'expires=9999999999')}`,
      `${path.replace('/image/', '/document/')}?${query}`,
      `${path.replace('a.png', 'b.png')}?${query}`,
      `${pathOf(document).split('?')[0] ?? ''}?${query}`,
      `/api/v1/files/image/${idOf(image)}/..%2f..%2fsecret-key?${query}`,
      `/api/v1/files/image/..%2f..%2fsecret-key/a.png?${query}`,
    ];
    for (const url of forged) await server.http.get(url).expect(404, { detail: 'Not found.' });
  });
});

describe('images are known by their content', () => {
  test.each([
    ['PNG', PNG, 'image/png'],
    ['JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'image/jpeg'],
    ['GIF', Buffer.from('GIF89a...'), 'image/gif'],
    ['WebP', Buffer.from('RIFF\x10\0\0\0WEBPVP8 '), 'image/webp'],
    ['HEIC', box('heic\0\0\0\0mif1heic'), 'image/heic'],
    ['HEIC by a compatible brand', box('mif1\0\0\0\0mif1heic'), 'image/heic'],
  ])('%s', async (_name, content, contentType) => {
    const { image } = await upload('image', content, 'photo.exe');
    expect((await server.http.get(pathOf(image)).expect(200)).headers['content-type']).toBe(contentType);
  });

  test.each([
    ['a page', HTML],
    ['text', Buffer.from('PNG')],
    ['a picture that can hold scripts', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['AVIF', box('avif\0\0\0\0mif1avif')],
    ['a film', box('isom\0\0\0\0isomavc1')],
    ['a sound', Buffer.from('RIFF\x10\0\0\0WAVEfmt ')],
  ])('%s is none, whatever its name', async (_name, content) => {
    const before = stored();
    const answer = await patch().attach('image', content, { filename: 'photo.png', contentType: 'image/png' }).expect(400);
    expect(answer.body).toEqual({ image: ['Upload a valid image: PNG, JPEG, GIF, WebP or HEIC.'] });
    expect(stored()).toEqual(before);
  });
});

describe('nothing is stored', () => {
  test('when a file is too large or empty, and the field says so', async () => {
    const before = stored();
    const tooLarge = Buffer.concat([PNG, Buffer.alloc(MAXIMUM_BYTES)]);
    const body = (await patch().attach('image', tooLarge, 'a.png').attach('document', Buffer.alloc(0), 'a.txt').expect(400)).body as unknown;
    expect(body).toEqual({ image: [`The file is too large: at most ${MAXIMUM_BYTES} bytes are accepted.`], document: ['The submitted file is empty.'] });
    expect([stored(), incoming()]).toEqual([before, []]);
  });

  test('when another field is wrong, or the transaction is not theirs', async () => {
    const before = stored();
    await patch().field('amount', '-99').attach('image', PNG, 'a.png').expect(400);
    const stranger = await createUser(server);
    await stranger.http.patch(`/api/v1/transactions/${transaction.id}/`).attach('image', PNG, 'a.png').expect(404);
    await stranger.http.patch(`/api/v1/transactions/${transaction.id}/`).attach('image', HTML, 'a.png').expect(404);
    await user.http.patch(`/api/v1/budgets/${account.unallocated_budget}/`).attach('memo', PNG, 'a.png').expect(400);
    expect([stored(), incoming()]).toEqual([before, []]);
  });

  test('what a browser sends for a file input that was left alone is no file', async () => {
    const { image } = await upload('image', PNG, 'a.png');
    const body = '--x\r\nContent-Disposition: form-data; name="image"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n';
    const answer = await patch().set('content-type', 'multipart/form-data; boundary=x').send(body).expect(200);
    expect(idOf((answer.body as Files).image)).toBe(idOf(image));
  });
});

describe('a file field of an update', () => {
  test('null and empty text remove the file', async () => {
    for (const empty of [null, '']) {
      const { image } = await upload('image', PNG, 'a.png');
      expect((await patch().send({ image: empty }).expect(200)).body).toMatchObject({ image: null });
      expect(stored()).not.toContain(idOf(image));
      await server.http.get(pathOf(image)).expect(404, { detail: 'Not found.' });
    }
    await upload('document', HTML, 'a.html');
    expect((await patch().type('form').send({ document: '' }).expect(200)).body).toMatchObject({ document: null });
  });

  test('a new file replaces the old one', async () => {
    const first = await upload('image', PNG, 'a.png');
    const second = await upload('image', PNG, 'b.png');
    expect(stored()).toContain(idOf(second.image));
    expect(stored()).not.toContain(idOf(first.image));
  });

  test('its present URL leaves it, however old its signature; other text is refused', async () => {
    const { image } = await upload('image', PNG, 'a b.png');
    const [bare = ''] = (image ?? '').split('?');
    for (const url of [image, bare, `${bare}?expires=1&signature=x`, pathOf(image)]) {
      expect(idOf(((await patch().send({ image: url, memo: 'x' }).expect(200)).body as Files).image)).toBe(idOf(image));
    }
    const padded = ' '.repeat(4_096) + bare;
    for (const url of ['x', padded, 'https://example.com/a.png', bare.replace('/image/', '/document/'), `${bare}x`]) {
      await patch().send({ image: url }).expect(400, { image: ['The submitted data was not a file. Check the encoding type on the form.'] });
    }
    await patch().send({ document: image }).expect(400);
    await patch().send({ image: 5 }).expect(400);
  });

  test('its present URL leaves it when the server is reached below a path, too', async () => {
    const { image } = await upload('image', PNG, 'receipt.png');
    const { body } = (await patch().send({ image: `https://home.example.com/budget${pathOf(image)}` }).expect(200)) as { body: Files };
    expect(idOf(body.image)).toBe(idOf(image));
  });
});

test('the files go with the transaction, and with its account', async () => {
  const { image } = await upload('image', PNG, 'a.png');
  await user.http.delete(`/api/v1/transactions/${transaction.id}/`).expect(204);
  expect(stored()).not.toContain(idOf(image));

  transaction = await createTransaction(user, account);
  const { document } = await upload('document', HTML, 'a.html');
  expect(stored()).toContain(idOf(document));
  await user.http.delete(`/api/v1/bank-accounts/${account.id}/`).expect(204);
  expect(stored()).not.toContain(idOf(document));
});

test('the sweep removes what crashes left behind, and nothing that is used, young or not ours', async () => {
  const { image } = await upload('image', PNG, 'a.png');
  const old = new Date('2020-01-01T00:00:00Z');
  const lost = '01900000-0000-7000-8000-00000000000a';
  const young = '01900000-0000-7000-8000-00000000000b';
  const half = '01900000-0000-7000-8000-00000000000c';
  await mkdir(join(uploads(), 'incoming'), { recursive: true });
  for (const name of [lost, young, 'README', `incoming/${half}`]) await writeFile(join(uploads(), name), 'x');
  for (const name of [lost, 'README', `incoming/${half}`, idOf(image)]) await utimes(join(uploads(), name), old, old);
  expect(await sweepOrphanedFiles(server.db, server.config.dataDirectory, new Date('2020-01-02T00:00:00Z'))).toBe(2);
  expect(stored()).toEqual(expect.arrayContaining([young, 'README', idOf(image)]));
  expect([stored().includes(lost), incoming()]).toEqual([false, []]);
});
