import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { withFileLock } from '../../src/embedded-postgres/file-lock.ts';

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mibudge-lock-'));
  lock = join(folder, 'lock');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('work under one lock never overlaps, and a failure frees the lock', async () => {
  let inside = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    expect(inside).toBe(1);
    await new Promise(setImmediate);
    inside -= 1;
    throw new Error('failed');
  };
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => withFileLock(lock, work)));
  expect(results.map((result) => result.status === 'rejected' && result.reason instanceof Error && result.reason.message)).toEqual(
    ['failed', 'failed', 'failed', 'failed'],
  );
});

test('the lock of a killed process is free', async () => {
  const module = fileURLToPath(new URL('../../src/embedded-postgres/file-lock.ts', import.meta.url));
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { withFileLock } from ${JSON.stringify(module)};
     await withFileLock(${JSON.stringify(lock)}, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1000)); });`,
  ]);
  await once(holder.stdout, 'data');
  let acquired = false;
  const waiting = withFileLock(lock, () => {
    acquired = true;
    return Promise.resolve(holder.signalCode);
  });
  expect(acquired).toBe(false);
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  expect(await waiting).toBe('SIGKILL');
});
