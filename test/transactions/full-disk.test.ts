/** What a disk refuses is nobody's bug: the upload is 503, and nothing of it stays. The failures are put in below Node's `fs`. */
import type * as FileSystem from 'node:fs';
import { existsSync, readdirSync } from 'node:fs';
import type * as FileSystemPromises from 'node:fs/promises';

import { afterEach, beforeAll, expect, test, vi } from 'vitest';

import { FileStore } from '../../src/files/file-store.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

/** Which call fails, and with which code. */
const { disk, refusal } = vi.hoisted(() => {
  const disk = { call: '', code: '' };
  return { disk, refusal: () => Object.assign(new Error(disk.code), { code: disk.code }) };
});

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystem>();
  const fail = (...sent: unknown[]): void => {
    const done = sent.at(-1);
    if (typeof done === 'function') Reflect.apply(done, undefined, [refusal()]);
  };
  return {
    ...fs,
    createWriteStream: (path: string, options: { flags: string; mode: number }) =>
      fs.createWriteStream(path, { ...options, fs: { ...fs, ...(disk.call === 'open' && { open: fail }), ...(disk.call === 'write' && { write: fail, writev: fail }) } }),
  };
});
vi.mock('node:fs/promises', async (importOriginal) => {
  const fs = await importOriginal<typeof FileSystemPromises>();
  return {
    ...fs,
    rename: (from: string, to: string) =>
      disk.call === 'rename' ? Promise.reject(refusal()) : fs.rename(from, to),
  };
});

const server = useServer();
let user: TestUser;
let account: TestBankAccount;
beforeAll(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user);
});
afterEach(() => {
  disk.call = '';
});

async function upload(): Promise<{ status: number; retryAfter: unknown }> {
  const form = user.http.post('/api/v1/transactions/');
  const fields = { bank_account: account.id, amount: '-1.00', posted_date: '2026-11-19', transaction_type: 'fee', raw_description: 'FEE' };
  for (const [name, value] of Object.entries(fields)) void form.field(name, value);
  const { status, headers } = await form.attach('document', Buffer.alloc(300_000, 'a receipt'), 'receipt.txt');
  return { status, retryAfter: (headers as Record<string, unknown>)['retry-after'] };
}

/** What lies in the uploads folder, received or kept. */
function storedFiles(): number {
  const { folder } = new FileStore(server.config.dataDirectory);
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length : 0;
}

test.each([
  ['write', 'ENOSPC'],
  ['write', 'EDQUOT'],
  ['open', 'EMFILE'],
  ['open', 'ENFILE'],
  ['rename', 'ENOSPC'],
])('%s fails with %s: 503, and nothing is left behind', async (call, code) => {
  Object.assign(disk, { call, code });
  expect(await upload()).toEqual({ status: 503, retryAfter: '5' });
  expect(storedFiles()).toBe(0);
  expect((await user.http.get('/api/v1/transactions/')).body).toMatchObject({ count: 0 });
});

test('and with room again the upload is taken', async () => {
  expect(await upload()).toMatchObject({ status: 201 });
  expect(storedFiles()).toBe(1);
});
