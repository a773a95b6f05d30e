import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import {
  readBaseUrl,
  readByteSize,
  readDatabaseUrl,
  readDurationSeconds,
  readInteger,
  readOrigins,
  readRateLimit,
  readSecret,
  readSecrets,
  readSwitch,
  readTrustProxy,
} from './config-values.ts';
import type { RateLimit, TrustProxy } from './config-values.ts';
import { ExposedKeyFileError, readOrCreateKeyFile } from './config-key-files.ts';

export type { RateLimit, TrustProxy } from './config-values.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What users can make grow, and how far. */
export interface Bounds {
  /** Bank accounts that one user owns. */
  accountsOfUser: number;
  /** Budgets of one bank account: archived ones, fill-ups and Unallocated too. */
  budgetsOfAccount: number;
  /** Link aliases of one bank account. */
  aliasesOfAccount: number;
  /** Files of all bank accounts that one user owns. */
  storedBytesOfUser: number;
}

/** How this process is to run. */
export interface Config {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Undefined: the embedded Postgres in the data directory. */
  databaseUrl: string | undefined;
  /** Leads to Postgres itself where `databaseUrl` leads through a pooler in transaction mode. */
  directDatabaseUrl: string | undefined;
  /** Absolute path of the folder of the embedded database, uploads and generated keys. */
  dataDirectory: string;
  /** Key material, at least 32 characters; src/security/keys.ts derives the keys from it. */
  secretKey: string;
  /** Key material for field encryption, at least one: the first encrypts, all decrypt. */
  encryptionKeys: string[];
  /** Base of absolute URLs, without a slash at its end. Undefined: taken from the request. */
  publicUrl: string | undefined;
  /** Whether browsers send the refresh cookie over https only. */
  cookieSecure: boolean;
  corsOrigins: string[];
  trustProxy: TrustProxy;
  throttle: { anonymous: RateLimit | 'off'; user: RateLimit | 'off'; login: RateLimit | 'off' };
  maximumBodyBytes: number;
  maximumUploadBytes: number;
  bounds: Bounds;
  fileUrlTtlSeconds: number;
  /** Whether this process runs background jobs. */
  jobs: boolean;
  /** Whether /metrics is served. */
  metrics: boolean;
  logLevel: LogLevel;
  production: boolean;
}

/** A bad value in the environment. Its message is one line that names the variable and what it accepts, never the value. */
export class ConfigError extends Error {
  constructor(variable: string, problem: string) {
    super(`${variable} ${problem}`);
    this.name = 'ConfigError';
  }
}

/** A variable's schema: `read` turns the text into a value, or undefined when the text is not what `accepted` says. */
function variable<Value>(accepted: string, read: (text: string) => Value | undefined): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const value = read(text.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: `must be ${accepted}` });
    return z.NEVER;
  });
}

const onOrOff = variable('on or off', readSwitch);
const rateLimit = variable('N/second, N/minute, N/hour, N/day or off', readRateLimit);
const byteSize = variable('a size from 1 byte to 1 GiB such as 1048576, 10MB or 10MiB', (text) => readByteSize(text, 1024 ** 3));
const storageSize = variable('a size from 1 byte to 1024 TiB such as 500MB, 10GiB or 1TiB', (text) => readByteSize(text, 1024 ** 5));
const count = variable('a number from 1 to 1000000', (text) => readInteger(text, 1, 1_000_000));
const BASE_URL_FORMAT = 'an http or https URL without query and fragment';
const TRUST_PROXY_FORMAT =
  'a number of proxies, comma-separated addresses, subnets or names (loopback, linklocal, uniquelocal), or false; never true: anybody could claim any address';
const DATABASE_URL_FORMAT = 'a URL such as postgresql://user:password@host:5432/database';
const secretFormat = 'at least 32 characters without white space';

const serverVariables = z.object({
  NODE_ENV: z.string().trim().optional(),
  HOST: variable('a host name or an IP address', (text) => (/^[\w.:-]+$/.test(text) ? text : undefined)).default('127.0.0.1'),
  PORT: variable('a port from 0 (any free one) to 65535', (text) => readInteger(text, 0, 65_535)).default(8000),
  DATABASE_URL: variable(DATABASE_URL_FORMAT, readDatabaseUrl).optional(),
  MIBUDGE_DIRECT_DATABASE_URL: variable(DATABASE_URL_FORMAT, readDatabaseUrl).optional(),
  MIBUDGE_DATA_DIR: z.string().trim().default('./data'),
  MIBUDGE_SECRET_KEY: variable(secretFormat, readSecret).optional(),
  MIBUDGE_ENCRYPTION_KEYS: variable(`comma-separated keys, each ${secretFormat}`, readSecrets).optional(),
  MIBUDGE_PUBLIC_URL: variable(BASE_URL_FORMAT, readBaseUrl).optional(),
  MIBUDGE_COOKIE_SECURE: variable('true or false', readSwitch).optional(),
  MIBUDGE_CORS_ORIGINS: variable('comma-separated origins such as https://budget.example.com', readOrigins).default([]),
  MIBUDGE_TRUST_PROXY: variable(TRUST_PROXY_FORMAT, readTrustProxy).default(false),
  MIBUDGE_THROTTLE_ANON: rateLimit.default({ limit: 100, windowSeconds: 3600 }),
  MIBUDGE_THROTTLE_USER: rateLimit.default({ limit: 20_000, windowSeconds: 3600 }),
  MIBUDGE_THROTTLE_LOGIN: rateLimit.default({ limit: 10, windowSeconds: 60 }),
  MIBUDGE_MAX_BODY_BYTES: byteSize.default(1024 ** 2),
  MIBUDGE_MAX_UPLOAD_BYTES: byteSize.default(10 * 1024 ** 2),
  MIBUDGE_MAX_ACCOUNTS: count.default(1_000),
  MIBUDGE_MAX_BUDGETS: count.default(2_000),
  MIBUDGE_MAX_ALIASES: count.default(20),
  MIBUDGE_MAX_STORED_BYTES: storageSize.default(10 * 1024 ** 3),
  MIBUDGE_FILE_URL_TTL: variable('a duration from 1s to 366d such as 90m, 24h or 7d', readDurationSeconds).default(86_400),
  MIBUDGE_JOBS: onOrOff.default(true),
  MIBUDGE_METRICS: onOrOff.default(false),
  LOG_LEVEL: variable(`one of ${LOG_LEVELS.join(', ')}`, (text) => LOG_LEVELS.find((level) => level === text.toLowerCase())).default('info'),
});

/** The names of all variables that are read here. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(serverVariables.shape);

/** The environment of this process, over the file `.env` in the working directory where there is one: for loadConfig and the importer. */
export function processEnvironment(): NodeJS.ProcessEnv {
  try {
    return { ...parseEnv(readFileSync('.env', 'utf8')), ...process.env };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return process.env;
    throw error;
  }
}

/**
 * Reads the server's configuration. Keys that are not given are made once and kept in the data folder, except for
 * production on a database of its own: there they would be lost with the container, and account numbers with them. Links
 * come from MIBUDGE_PUBLIC_URL there, never from what a request claims to have reached.
 * @throws ConfigError for the first bad or missing value.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = processEnvironment()): Config {
  const variables = parse(environment);
  const production = variables.NODE_ENV === 'production';
  if (variables.MIBUDGE_DIRECT_DATABASE_URL !== undefined && variables.DATABASE_URL === undefined) {
    throw new ConfigError('MIBUDGE_DIRECT_DATABASE_URL', 'must only be given with a DATABASE_URL that leads through a pooler to the same database');
  }
  const dataDirectory = resolve(variables.MIBUDGE_DATA_DIR);
  const generate = (name: string, file: string): string => {
    if (!production || variables.DATABASE_URL === undefined) return generatedKey(name, dataDirectory, file);
    throw new ConfigError(name, `must be given with NODE_ENV=production and a DATABASE_URL: ${secretFormat}`);
  };
  const secretKey = variables.MIBUDGE_SECRET_KEY ?? generate('MIBUDGE_SECRET_KEY', 'secret-key');
  const encryptionKeys = variables.MIBUDGE_ENCRYPTION_KEYS ?? [generate('MIBUDGE_ENCRYPTION_KEYS', 'encryption-key')];
  if (production && variables.DATABASE_URL !== undefined && variables.MIBUDGE_PUBLIC_URL === undefined) {
    throw new ConfigError('MIBUDGE_PUBLIC_URL', `must be given with NODE_ENV=production and a DATABASE_URL: ${BASE_URL_FORMAT}`);
  }
  return {
    host: variables.HOST,
    port: variables.PORT,
    databaseUrl: variables.DATABASE_URL,
    directDatabaseUrl: variables.MIBUDGE_DIRECT_DATABASE_URL,
    dataDirectory,
    secretKey,
    encryptionKeys,
    publicUrl: variables.MIBUDGE_PUBLIC_URL,
    cookieSecure: variables.MIBUDGE_COOKIE_SECURE ?? variables.MIBUDGE_PUBLIC_URL?.startsWith('https:') ?? production,
    corsOrigins: variables.MIBUDGE_CORS_ORIGINS,
    trustProxy: variables.MIBUDGE_TRUST_PROXY,
    throttle: { anonymous: variables.MIBUDGE_THROTTLE_ANON, user: variables.MIBUDGE_THROTTLE_USER, login: variables.MIBUDGE_THROTTLE_LOGIN },
    maximumBodyBytes: variables.MIBUDGE_MAX_BODY_BYTES,
    maximumUploadBytes: variables.MIBUDGE_MAX_UPLOAD_BYTES,
    bounds: {
      accountsOfUser: variables.MIBUDGE_MAX_ACCOUNTS,
      budgetsOfAccount: variables.MIBUDGE_MAX_BUDGETS,
      aliasesOfAccount: variables.MIBUDGE_MAX_ALIASES,
      storedBytesOfUser: variables.MIBUDGE_MAX_STORED_BYTES,
    },
    fileUrlTtlSeconds: variables.MIBUDGE_FILE_URL_TTL,
    jobs: variables.MIBUDGE_JOBS,
    metrics: variables.MIBUDGE_METRICS,
    logLevel: variables.LOG_LEVEL,
    production,
  };
}

function parse(environment: NodeJS.ProcessEnv): z.output<typeof serverVariables> {
  // Compose files and .env templates set variables to nothing: that means unset.
  const given = Object.entries(environment).filter(([, text = '']) => text.trim() !== '');
  const result = serverVariables.safeParse(Object.fromEntries(given));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigError(String(issue?.path[0]), issue?.message ?? 'is not valid');
}

function generatedKey(variableName: string, directory: string, file: string): string {
  let text: string;
  try {
    text = readOrCreateKeyFile(directory, file);
  } catch (error) {
    if (error instanceof ExposedKeyFileError) throw new ConfigError(variableName, `in the file ${error.file} must be for its owner alone: chmod 600`);
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new ConfigError('MIBUDGE_DATA_DIR', `must be a folder where ${file} can be kept (${reason}), or ${variableName} must be given`);
  }
  const key = readSecret(text);
  if (key === undefined) throw new ConfigError(variableName, `in the file ${resolve(directory, file)} must be ${secretFormat}`);
  return key;
}
