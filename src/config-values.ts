/**
 * How the texts of environment variables are read: each function takes trimmed, non-empty text and returns the value, or
 * undefined when the text is not one.
 */
import { isIP } from 'node:net';

/** At most `limit` requests in each window. */
export interface RateLimit {
  limit: number;
  windowSeconds: number;
}

/** What Fastify's `trustProxy` takes: nobody, addresses and subnets, or a function of address and hop. Never all: see `readTrustProxy`. */
export type TrustProxy = false | string[] | ((address: string, hop: number) => boolean);

const SECONDS_BY_PERIOD = new Map([['second', 1], ['minute', 60], ['hour', 3600], ['day', 86_400]]);
const SECONDS_BY_UNIT = new Map([['', 1], ['s', 1], ['m', 60], ['h', 3600], ['d', 86_400]]);
const BYTES_BY_UNIT = new Map([
  ['', 1], ['b', 1], ['kb', 1000], ['mb', 1000 ** 2], ['gb', 1000 ** 3], ['kib', 1024], ['mib', 1024 ** 2], ['gib', 1024 ** 3], ['tb', 1000 ** 4], ['tib', 1024 ** 4],
]);

/** Subnets that @fastify/proxy-addr knows by name. */
const NAMED_SUBNETS = ['loopback', 'linklocal', 'uniquelocal'];

/** Reads a whole number from `minimum` to `maximum`, digits only. */
export function readInteger(text: string, minimum: number, maximum: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= minimum && value <= maximum ? value : undefined;
}

/** Reads `on` or `off`, and the other usual words for them. */
export function readSwitch(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (['on', 'true', 'yes', '1'].includes(word)) return true;
  return ['off', 'false', 'no', '0'].includes(word) ? false : undefined;
}

/** Reads `100/hour` or `off`. */
export function readRateLimit(text: string): RateLimit | 'off' | undefined {
  const lower = text.toLowerCase();
  if (lower === 'off') return 'off';
  const [count = '', period = '', ...rest] = lower.split('/');
  const limit = readInteger(count, 1, 1_000_000_000);
  const windowSeconds = SECONDS_BY_PERIOD.get(period);
  return limit === undefined || windowSeconds === undefined || rest.length > 0 ? undefined : { limit, windowSeconds };
}

/** Reads `1048576`, `1MiB` or `1MB` as bytes, up to `maximum`. */
export function readByteSize(text: string, maximum: number): number | undefined {
  return readQuantity(text, BYTES_BY_UNIT, maximum);
}

/** Reads `90m`, `24h`, `7d` or plain seconds as seconds, up to a year. */
export function readDurationSeconds(text: string): number | undefined {
  return readQuantity(text, SECONDS_BY_UNIT, 366 * 86_400);
}

function readQuantity(text: string, units: ReadonlyMap<string, number>, maximum: number): number | undefined {
  const match = /^(\d{1,15}) ?([a-z]*)$/i.exec(text);
  const unit = match?.[2] === undefined ? undefined : units.get(match[2].toLowerCase());
  if (unit === undefined) return undefined;
  const value = Number(match?.[1]) * unit;
  return value >= 1 && value <= maximum ? value : undefined;
}

/** Reads the base of absolute URLs: http or https, without query, fragment and credentials. No slash at its end comes out. */
export function readBaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return undefined;
  return url.href.replace(/\/$/, '');
}

/** Reads comma-separated origins as browsers send them in `Origin`. `*` is none: it cannot carry the refresh cookie. */
export function readOrigins(text: string): string[] | undefined {
  const origins = splitList(text).map((part) => readBaseUrl(part));
  return origins.every((origin) => origin !== undefined && new URL(origin).origin === origin) ? origins.filter((origin) => origin !== undefined) : undefined;
}

/**
 * Reads `false`, a number of hops, or addresses, subnets and the names of subnets, comma-separated. `true` is refused: whoever
 * trusts everybody believes the address that a client claims, and each claim would have a limit of its own.
 */
export function readTrustProxy(text: string): TrustProxy | undefined {
  const hops = readInteger(text, 0, 100);
  // Fastify refuses plain numbers, because whoever reaches the server past the proxy can lie. That is for the operator to judge.
  if (hops !== undefined) return hops === 0 ? false : (_address, hop) => hop < hops;
  if (readSwitch(text) === false) return false;
  const subnets = splitList(text);
  return subnets.every((subnet) => isSubnet(subnet)) ? subnets : undefined;
}

function isSubnet(text: string): boolean {
  if (NAMED_SUBNETS.includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || readInteger(prefix, 1, version === 4 ? 32 : 128) !== undefined;
}

/** Reads a PostgreSQL connection URL; it comes out as it is. */
export function readDatabaseUrl(text: string): string | undefined {
  return /^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined;
}

/** Reads a secret: any text without white space, long enough to hold 128 bits even as hexadecimal digits. */
export function readSecret(text: string): string | undefined {
  return /^\S{32,1024}$/.test(text) ? text : undefined;
}

/** Reads comma-separated secrets. */
export function readSecrets(text: string): string[] | undefined {
  const secrets = splitList(text);
  return secrets.every((secret) => readSecret(secret) !== undefined) ? secrets : undefined;
}

function splitList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
