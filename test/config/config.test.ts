import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, VARIABLE_NAMES } from '../../src/config.ts';

const KEY = 'k'.repeat(32);
const OTHER_KEY = 'o'.repeat(44);
const KEYS = { MIBUDGE_SECRET_KEY: KEY, MIBUDGE_ENCRYPTION_KEYS: KEY };

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mibudge-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it('has the documented defaults', () => {
  expect(loadConfig(KEYS)).toEqual({
    host: '127.0.0.1',
    port: 8000,
    databaseUrl: undefined,
    dataDirectory: resolve('data'),
    secretKey: KEY,
    encryptionKeys: [KEY],
    publicUrl: undefined,
    cookieSecure: false,
    corsOrigins: [],
    trustProxy: false,
    throttle: {
      anonymous: { limit: 100, windowSeconds: 3600 },
      user: { limit: 20_000, windowSeconds: 3600 },
      login: { limit: 10, windowSeconds: 60 },
    },
    maximumBodyBytes: 1_048_576,
    maximumUploadBytes: 10_485_760,
    bounds: { accountsOfUser: 1_000, budgetsOfAccount: 2_000, aliasesOfAccount: 20, storedBytesOfUser: 10_737_418_240 },
    fileUrlTtlSeconds: 86_400,
    jobs: true,
    metrics: false,
    logLevel: 'info',
    production: false,
  });
});

it.each([
  [{ HOST: '::', PORT: '0' }, { host: '::', port: 0 }],
  [{ PORT: ' 8080 ' }, { port: 8080 }],
  [{ PORT: '', MIBUDGE_JOBS: '  ' }, { port: 8000, jobs: true }],
  [{ DATABASE_URL: 'postgres://u:p@db/mibudge' }, { databaseUrl: 'postgres://u:p@db/mibudge' }],
  [{ DATABASE_URL: 'postgresql:///mibudge?host=/run/postgresql' }, { databaseUrl: 'postgresql:///mibudge?host=/run/postgresql' }],
  [{ MIBUDGE_ENCRYPTION_KEYS: `${KEY}, ${OTHER_KEY}` }, { encryptionKeys: [KEY, OTHER_KEY] }],
  [{ MIBUDGE_PUBLIC_URL: 'https://Budget.example.com/' }, { publicUrl: 'https://budget.example.com', cookieSecure: true }],
  [{ MIBUDGE_PUBLIC_URL: 'http://nas.local/budget/', NODE_ENV: 'production' }, { publicUrl: 'http://nas.local/budget', cookieSecure: false }],
  [{ NODE_ENV: 'production' }, { production: true, cookieSecure: true }],
  [{ NODE_ENV: 'production', MIBUDGE_COOKIE_SECURE: 'false' }, { cookieSecure: false }],
  [{ MIBUDGE_CORS_ORIGINS: 'https://a.example, http://localhost:5173/' }, { corsOrigins: ['https://a.example', 'http://localhost:5173'] }],
  [{ MIBUDGE_TRUST_PROXY: 'off' }, { trustProxy: false }],
  [{ MIBUDGE_TRUST_PROXY: '0' }, { trustProxy: false }],
  [{ MIBUDGE_TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::1' }, { trustProxy: ['loopback', '10.0.0.0/8', 'fd00::1'] }],
  [{ MIBUDGE_THROTTLE_ANON: 'off' }, { throttle: { anonymous: 'off', user: { limit: 20_000, windowSeconds: 3600 }, login: { limit: 10, windowSeconds: 60 } } }],
  [
    { MIBUDGE_THROTTLE_ANON: '1/second', MIBUDGE_THROTTLE_USER: '5/DAY', MIBUDGE_THROTTLE_LOGIN: '3/minute' },
    { throttle: { anonymous: { limit: 1, windowSeconds: 1 }, user: { limit: 5, windowSeconds: 86_400 }, login: { limit: 3, windowSeconds: 60 } } },
  ],
  [{ MIBUDGE_MAX_BODY_BYTES: '4096', MIBUDGE_MAX_UPLOAD_BYTES: '25 MB' }, { maximumBodyBytes: 4096, maximumUploadBytes: 25_000_000 }],
  [{ MIBUDGE_MAX_BODY_BYTES: '512kib', MIBUDGE_MAX_UPLOAD_BYTES: '1GiB' }, { maximumBodyBytes: 524_288, maximumUploadBytes: 1_073_741_824 }],
  [
    { MIBUDGE_MAX_ACCOUNTS: '5', MIBUDGE_MAX_BUDGETS: '6', MIBUDGE_MAX_ALIASES: '7', MIBUDGE_MAX_STORED_BYTES: '2TiB' },
    { bounds: { accountsOfUser: 5, budgetsOfAccount: 6, aliasesOfAccount: 7, storedBytesOfUser: 2_199_023_255_552 } },
  ],
  [{ MIBUDGE_FILE_URL_TTL: '90m' }, { fileUrlTtlSeconds: 5400 }],
  [{ MIBUDGE_FILE_URL_TTL: '7d' }, { fileUrlTtlSeconds: 604_800 }],
  [{ MIBUDGE_FILE_URL_TTL: '30' }, { fileUrlTtlSeconds: 30 }],
  [{ MIBUDGE_JOBS: 'off', MIBUDGE_METRICS: 'On' }, { jobs: false, metrics: true }],
  [{ LOG_LEVEL: 'DEBUG' }, { logLevel: 'debug' }],
])('reads %j', (environment, expected) => {
  expect(loadConfig({ ...KEYS, ...environment })).toMatchObject(expected);
});

it.each([
  ['HOST', 'two words'], ['HOST', 'http://localhost'],
  ['PORT', '65536'], ['PORT', '-1'], ['PORT', '80.5'], ['PORT', 'http'], ['PORT', '0x50'],
  ['DATABASE_URL', 'mysql://u:hunter2@db/x'], ['DATABASE_URL', 'localhost/hunter2'],
  ['MIBUDGE_SECRET_KEY', 'hunter2'], ['MIBUDGE_SECRET_KEY', `${KEY} hunter2`],
  ['MIBUDGE_ENCRYPTION_KEYS', 'hunter2'], ['MIBUDGE_ENCRYPTION_KEYS', `${KEY},`], ['MIBUDGE_ENCRYPTION_KEYS', `${KEY},hunter2`],
  ['MIBUDGE_PUBLIC_URL', 'budget.example.com'], ['MIBUDGE_PUBLIC_URL', 'ftp://x'], ['MIBUDGE_PUBLIC_URL', 'https://x/?a=1'], ['MIBUDGE_PUBLIC_URL', 'https://me:hunter2@x'],
  ['MIBUDGE_COOKIE_SECURE', 'perhaps'],
  ['MIBUDGE_CORS_ORIGINS', '*'], ['MIBUDGE_CORS_ORIGINS', 'https://a.example/path'], ['MIBUDGE_CORS_ORIGINS', 'a.example'],
  ['MIBUDGE_TRUST_PROXY', 'true'], ['MIBUDGE_TRUST_PROXY', 'yes'], ['MIBUDGE_TRUST_PROXY', '0.0.0.0/0'], ['MIBUDGE_TRUST_PROXY', 'loopback, true'],
  ['MIBUDGE_TRUST_PROXY', 'proxy.example.com'], ['MIBUDGE_TRUST_PROXY', '10.0.0.0/33'], ['MIBUDGE_TRUST_PROXY', '10.0.0.0/'], ['MIBUDGE_TRUST_PROXY', '::1/129'], ['MIBUDGE_TRUST_PROXY', '-1'],
  ['MIBUDGE_THROTTLE_ANON', '100'], ['MIBUDGE_THROTTLE_ANON', '0/hour'], ['MIBUDGE_THROTTLE_USER', '5/week'], ['MIBUDGE_THROTTLE_USER', '5/constructor'], ['MIBUDGE_THROTTLE_LOGIN', '1.5/minute'], ['MIBUDGE_THROTTLE_LOGIN', '5/hour/2'],
  ['MIBUDGE_MAX_BODY_BYTES', '1 MiB 2'], ['MIBUDGE_MAX_BODY_BYTES', '0'], ['MIBUDGE_MAX_BODY_BYTES', '2GiB'], ['MIBUDGE_MAX_UPLOAD_BYTES', '10 apples'], ['MIBUDGE_MAX_UPLOAD_BYTES', '-5'], ['MIBUDGE_MAX_UPLOAD_BYTES', '1e6'],
  ['MIBUDGE_MAX_ACCOUNTS', '0'], ['MIBUDGE_MAX_BUDGETS', 'off'], ['MIBUDGE_MAX_ALIASES', '-1'], ['MIBUDGE_MAX_STORED_BYTES', '1025TiB'],
  ['MIBUDGE_FILE_URL_TTL', '24x'], ['MIBUDGE_FILE_URL_TTL', '0'], ['MIBUDGE_FILE_URL_TTL', '400d'], ['MIBUDGE_FILE_URL_TTL', '1.5h'],
  ['MIBUDGE_JOBS', 'maybe'], ['MIBUDGE_METRICS', '2'], ['LOG_LEVEL', 'loud'],
])('%s=%s stops with one line that names the variable and not the value', (name, value) => {
  const error = failure({ ...KEYS, [name]: value });
  expect(error.message).toMatch(new RegExp(`^${name} must be .+`));
  expect(error.message).not.toMatch(/\n|hunter2/);
});

it('a number of hops trusts that many proxies, nearest first', () => {
  const { trustProxy } = loadConfig({ ...KEYS, MIBUDGE_TRUST_PROXY: '2' });
  expect(typeof trustProxy === 'function' && [0, 1, 2].map((hop) => trustProxy('192.0.2.1', hop))).toEqual([true, true, false]);
});

describe('keys that are not given', () => {
  it('are made once, differ, and are readable by their owner only', () => {
    const first = loadConfig({ MIBUDGE_DATA_DIR: join(directory, 'new') });
    expect(loadConfig({ MIBUDGE_DATA_DIR: join(directory, 'new') })).toEqual(first);
    expect(first.encryptionKeys).toHaveLength(1);
    expect(first.encryptionKeys).not.toContain(first.secretKey);
    const files = readdirSync(join(directory, 'new'));
    expect(files.sort()).toEqual(['encryption-key', 'secret-key']);
    for (const file of files) expect(statSync(join(directory, 'new', file)).mode & 0o777).toBe(0o600);
  });

  it('are the same in processes that start at once', async () => {
    const script = `
      const { loadConfig } = await import(${JSON.stringify(resolve('src/config.ts'))});
      const { secretKey, encryptionKeys } = loadConfig(${JSON.stringify({ MIBUDGE_DATA_DIR: directory })});
      console.log(JSON.stringify([secretKey, encryptionKeys]));`;
    const run = (): Promise<string> => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]).then(({ stdout }) => stdout);
    const outputs = await Promise.all(Array.from({ length: 6 }, run));
    expect(new Set(outputs).size).toBe(1);
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it.each(['MIBUDGE_SECRET_KEY', 'MIBUDGE_ENCRYPTION_KEYS'])('%s must be given in production with a database of its own', (name) => {
    const environment = { ...KEYS, [name]: '', NODE_ENV: 'production', MIBUDGE_DATA_DIR: directory };
    expect(failure({ ...environment, DATABASE_URL: 'postgres://db/x' }).message).toMatch(new RegExp(`^${name} must be given`));
    expect(loadConfig(environment).production).toBe(true);
  });

  it('stop the start with one line where they cannot be kept or are damaged', () => {
    writeFileSync(join(directory, 'file'), '');
    expect(failure({ MIBUDGE_DATA_DIR: join(directory, 'file') }).message).toMatch(/^MIBUDGE_DATA_DIR must be a folder .*\(E\w+\)/);
    writeFileSync(join(directory, 'secret-key'), 'short\n', { mode: 0o600 });
    expect(failure({ MIBUDGE_DATA_DIR: directory }).message).toMatch(/^MIBUDGE_SECRET_KEY in the file .*secret-key must be/);
  });
});

it.each([['0640', 0o640], ['0604', 0o604], ['0620', 0o620]])('a key file with the permissions %s stops the start with one line that names it', (_permissions, mode) => {
  loadConfig({ MIBUDGE_DATA_DIR: directory });
  for (const [name, file] of [['MIBUDGE_ENCRYPTION_KEYS', 'encryption-key'], ['MIBUDGE_SECRET_KEY', 'secret-key']] as const) {
    chmodSync(join(directory, file), mode);
    expect(failure({ MIBUDGE_DATA_DIR: directory }).message).toMatch(new RegExp(`^${name} in the file .*${file} must be for its owner alone: chmod 600$`));
  }
});

it('production on a database of its own must be given the URL that links begin with', () => {
  const environment = { ...KEYS, NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x' };
  expect(failure(environment).message).toMatch(/^MIBUDGE_PUBLIC_URL must be given .*: an http or https URL/);
  expect(loadConfig({ ...environment, MIBUDGE_PUBLIC_URL: 'https://budget.example.com' }).publicUrl).toBe('https://budget.example.com');
});

describe('.env.example', () => {
  const lines = readFileSync('.env.example', 'utf8').split('\n');
  const assignments = lines.flatMap((line, index) => {
    const match = /^#([A-Z_]+)=(.*)$/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', value: match[2] ?? '', meaning: lines[index - 1] ?? '' }];
  });

  it('lists every variable once, each with its meaning', () => {
    expect(assignments.map(({ name }) => name)).toEqual([
      ...VARIABLE_NAMES.filter((name) => name !== 'NODE_ENV'),
      'MIBUDGE_URL', 'MIBUDGE_USERNAME', 'MIBUDGE_PASSWORD', // the importer's
    ]);
    for (const { meaning } of assignments) expect(meaning).toMatch(/^# \S.*\.$/);
  });

  it('shows the true defaults', () => {
    const shown = Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
    expect(loadConfig({ ...shown, ...KEYS })).toEqual(loadConfig(KEYS));
    expect(assignments.filter(({ value }) => value === '').map(({ name }) => name)).toEqual([
      'DATABASE_URL', 'MIBUDGE_DIRECT_DATABASE_URL', 'MIBUDGE_SECRET_KEY', 'MIBUDGE_ENCRYPTION_KEYS', 'MIBUDGE_PUBLIC_URL', 'MIBUDGE_COOKIE_SECURE', 'MIBUDGE_CORS_ORIGINS',
      'MIBUDGE_USERNAME', 'MIBUDGE_PASSWORD',
    ]);
  });
});

function failure(environment: NodeJS.ProcessEnv): ConfigError {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}
