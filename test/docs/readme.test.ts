import { spawnSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';

const ROOT = new URL('../../', import.meta.url);
const README = new URL('README.md', ROOT);
/** Where the README says that the server listens. */
const PUBLISHED_URL = 'http://127.0.0.1:8000';

const server = useServer();

/** A command as the README shows it, with what it shows as its output. */
const COMMAND = /^\$ .*(?:\n> .*)*$/gm;

/** Runs all ```console blocks in one shell. @returns the README with what the commands really answered */
async function withRealOutput(readme: string, environment: Record<string, string>, serverUrl: string): Promise<string> {
  const blocks = [...readme.matchAll(/(?<=^```console\n).*?(?=^```$)/gms)].map(([block]) => [...block.matchAll(COMMAND)].map(([command]) => command));
  const script = blocks.flat().map((command) => `${command.replace(/^[$>] /gm, '').replaceAll(PUBLISHED_URL, serverUrl)}\necho; echo '<end>'`);
  // The package's own command, without npx looking for it.
  const shell = spawn('bash', ['-c', `npx() { shift; node src/cli/main.ts "$@"; }\nexec 2>&1\n${script.join('\n')}`], { cwd: ROOT, env: environment });
  const outputs = (await text(shell.stdout)).split('\n<end>\n').map((output) => readable(output, serverUrl));
  let next = 0;
  return readme.replaceAll(/(?<=^```console\n).*?(?=^```$)/gms, (block) => {
    const commands = [...block.matchAll(COMMAND)].map(([command]) => command);
    return commands.map((command) => `${command}\n${outputs[next++] ?? ''}`).join('');
  });
}

function readable(output: string, serverUrl: string): string {
  const trimmed = output.replaceAll(serverUrl, PUBLISHED_URL).replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.…').trim();
  return trimmed === '' ? '' : `${trimmed}\n`;
}

/** Ids differ each time: they are numbered in the order in which they appear. */
function withNumberedIds(readme: string): string {
  const ids = new Map<string, string>();
  return readme.replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-(?!00000000dead)[\da-f]{12}/g, (id) => {
    const number = ids.get(id) ?? `0199f3a0-5c1e-7000-8000-${String(ids.size + 1).padStart(12, '0')}`;
    ids.set(id, number);
    return number;
  });
}

const canRun = ['bash', 'curl'].every((program) => spawnSync(program, ['--version']).status === 0);

// `vitest -u` writes what the commands answer into the README.
test.skipIf(!canRun)('the tour in README.md, run against a server, answers what the README shows', async () => {
  const address = server.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on a port');
  const environment = {
    PATH: `${new URL('node_modules/.bin', ROOT).pathname}:${process.env['PATH'] ?? ''}`,
    DATABASE_URL: server.config.databaseUrl ?? '',
    MIBUDGE_DATA_DIR: server.config.dataDirectory,
    LOG_LEVEL: 'silent',
  };
  const real = await withRealOutput(readFileSync(README, 'utf8'), environment, `http://127.0.0.1:${address.port}`);
  await expect(withNumberedIds(real)).toMatchFileSnapshot(README.pathname);
});

describe('what the README points at', () => {
  const links = [...readFileSync(README, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
  test.each(links)('%s is there', (path) => {
    expect(existsSync(new URL(path, ROOT))).toBe(true);
  });
});
