import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { MAXIMUM_JSON_DEPTH, MAXIMUM_JSON_VALUES } from '../../src/api/input/json.ts';
import * as listParameters from '../../src/api/input/list-parameters.ts';
import * as multipart from '../../src/api/input/multipart.ts';
import * as pagination from '../../src/api/output/pagination.ts';
import * as accessToken from '../../src/auth/access-token.ts';
import { MAXIMUM_USERS } from '../../src/auth/user-cache.ts';
import { MAXIMUM_KEYS } from '../../src/auth/window-counter.ts';
import { MAXIMUM_ALIAS_CHARACTERS } from '../../src/bank-accounts/bank-account.schemas.ts';
import * as autoSpend from '../../src/budgets/auto-spend.ts';
import { loadConfig, type RateLimit } from '../../src/config.ts';
import * as changeQueues from '../../src/db/change-queues.ts';
import * as database from '../../src/db/database.ts';
import * as sessionSettings from '../../src/db/session-settings.ts';
import { MAXIMUM_DAYS_AHEAD } from '../../src/funding/days-ahead.ts';
import { EVENTS_PER_ROUND } from '../../src/funding/plan.ts';
import * as readiness from '../../src/health/readiness.ts';
import { MAXIMUM_ATTEMPTS } from '../../src/jobs/job-queue.ts';
import { CONCURRENT_JOBS } from '../../src/jobs/run-jobs.ts';
import * as findMatches from '../../src/linking/find-matches.ts';
import { BATCH_TRANSACTIONS } from '../../src/linking/link-transactions.ts';
import { GATHERING_MILLISECONDS } from '../../src/linking/linker.ts';
import { REQUEST_TIMEOUT_MILLISECONDS } from '../../src/main/app.ts';
import { GRACE_MILLISECONDS } from '../../src/main/close-server.ts';
import { LONGEST_END_MILLISECONDS } from '../../src/main/serve.ts';
import { MAXIMUM_AMOUNT_LENGTH } from '../../src/money.ts';
import * as recurrenceRule from '../../src/recurrence/recurrence-rule.ts';
import { MAXIMUM_SCHEDULE_LENGTH } from '../../src/recurrence/schedule-text.ts';
import * as hashQueue from '../../src/security/hash-queue.ts';
import * as passwords from '../../src/security/passwords.ts';
import { MAXIMUM_USERNAME_CHARACTERS } from '../../src/security/usernames.ts';
import * as loginAddresses from '../../src/sessions/login-addresses.ts';
import * as loginLimits from '../../src/sessions/login-limits.ts';
import * as refreshTokens from '../../src/sessions/refresh-tokens.ts';
import { ROWS_PER_STATEMENT, SLICE_MILLISECONDS } from '../../src/steps.ts';
import { MAXIMUM_SPLITS } from '../../src/transactions/split.schemas.ts';

const KEY = 'k'.repeat(32);
const config = loadConfig({ MIBUDGE_SECRET_KEY: KEY, MIBUDGE_ENCRYPTION_KEYS: KEY });

const count = (figure: number): string => figure.toLocaleString('en-US');
const seconds = (milliseconds: number): string => `${milliseconds / 1_000} s`;
const days = (milliseconds: number): string => `${milliseconds / 86_400_000} days`;

function bytes(figure: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  const power = Math.floor(Math.log2(figure) / 10);
  return `${figure / 1024 ** power} ${units[power]}`;
}

function rate(limit: RateLimit | 'off'): string {
  return limit === 'off' ? 'any' : `${count(limit.limit)} per ${count(limit.windowSeconds)} s`;
}

const BOUNDS: readonly (readonly [what: string, figure: string, file: string])[] = [
  ['bytes of a password', count(passwords.MAXIMUM_BYTES), 'src/security/passwords.ts'],
  ['characters of a username', count(MAXIMUM_USERNAME_CHARACTERS), 'src/security/usernames.ts'],
  ['characters of an access token', count(accessToken.MAXIMUM_TOKEN_CHARACTERS), 'src/auth/access-token.ts'],
  ['characters of `search` and `ordering`', count(listParameters.MAXIMUM_PARAMETER_LENGTH), 'src/api/input/list-parameters.ts'],
  ['terms of a search', count(listParameters.MAXIMUM_SEARCH_TERMS), 'src/api/input/list-parameters.ts'],
  ['characters of an amount', count(MAXIMUM_AMOUNT_LENGTH), 'src/money.ts'],
  ['characters of a schedule', count(MAXIMUM_SCHEDULE_LENGTH), 'src/recurrence/schedule-text.ts'],
  ['`INTERVAL` of a schedule', count(recurrenceRule.MAXIMUM_INTERVAL), 'src/recurrence/recurrence-rule.ts'],
  ['characters of `auto_spend` as JSON', count(autoSpend.MAXIMUM_CHARACTERS), 'src/budgets/auto-spend.ts'],
  ['levels of JSON', count(MAXIMUM_JSON_DEPTH), 'src/api/input/json.ts'],
  ['values of JSON', count(MAXIMUM_JSON_VALUES), 'src/api/input/json.ts'],
  ['fields of a form, multipart or urlencoded', count(multipart.FORM_LIMITS.fields), 'src/api/input/multipart.ts'],
  ['files of a multipart body', count(multipart.FORM_LIMITS.files), 'src/api/input/multipart.ts'],
  ['framing of a multipart body', bytes(multipart.FRAMING_BYTES), 'src/api/input/multipart.ts'],
  ['a body without files (`MIBUDGE_MAX_BODY_BYTES`)', bytes(config.maximumBodyBytes), 'src/config.ts'],
  ['an uploaded file (`MIBUDGE_MAX_UPLOAD_BYTES`)', bytes(config.maximumUploadBytes), 'src/config.ts'],
  ['time for a request to arrive', seconds(REQUEST_TIMEOUT_MILLISECONDS), 'src/main/app.ts'],
  ['passwords of strangers hashed at a time', count(hashQueue.HASHES_AT_ONCE.stranger), 'src/security/hash-queue.ts'],
  ['passwords of users at a known address hashed at a time', count(hashQueue.HASHES_AT_ONCE.known), 'src/security/hash-queue.ts'],
  ['log-ins that wait, of each of these kinds', count(hashQueue.MAXIMUM_WAITING), 'src/security/hash-queue.ts'],
  ['log-ins of one address at once', count(loginLimits.MAXIMUM_ATTEMPTS_AT_ONCE), 'src/sessions/login-limits.ts'],
  ['counters of failed log-ins', count(loginLimits.MAXIMUM_ROWS), 'src/sessions/login-limits.ts'],
  ['failed log-ins (`MIBUDGE_THROTTLE_LOGIN`)', rate(config.throttle.login), 'src/config.ts'],
  ['known addresses of a user', count(loginAddresses.MAXIMUM_ADDRESSES), 'src/sessions/login-addresses.ts'],
  ['time that an address stays known', days(loginAddresses.REMEMBERED_MILLISECONDS), 'src/sessions/login-addresses.ts'],
  ['expired sessions that one log-in clears away', count(refreshTokens.CLEANED_AT_ONCE), 'src/sessions/refresh-tokens.ts'],
  ['requests without a token (`MIBUDGE_THROTTLE_ANON`)', rate(config.throttle.anonymous), 'src/config.ts'],
  ['requests of a user (`MIBUDGE_THROTTLE_USER`)', rate(config.throttle.user), 'src/config.ts'],
  ['users and addresses that are counted', count(MAXIMUM_KEYS), 'src/auth/window-counter.ts'],
  ['tokens that are remembered as valid', count(accessToken.MAXIMUM_REMEMBERED_TOKENS), 'src/auth/access-token.ts'],
  ['users that are remembered', count(MAXIMUM_USERS), 'src/auth/user-cache.ts'],
  ['rows of a page', count(pagination.MAXIMUM_PAGE_SIZE), 'src/api/output/pagination.ts'],
  ['rows before a page that make it a heavy read', count(pagination.FAR_ROWS), 'src/api/output/pagination.ts'],
  ['heavy reads of a user at once: far pages, searches, forecasts', count(database.HEAVY_READS_OF_USER.concurrency), 'src/db/database.ts'],
  ['heavy reads of a user that wait', count(database.HEAVY_READS_OF_USER.maximumWaiting), 'src/db/database.ts'],
  ['time of a statement outside of a transaction', seconds(sessionSettings.READ_TIMEOUT_MILLISECONDS), 'src/db/session-settings.ts'],
  ['time of a statement in a transaction', seconds(sessionSettings.STATEMENT_TIMEOUT_MILLISECONDS), 'src/db/session-settings.ts'],
  ['changes of a user on one account at once', count(changeQueues.CONCURRENT_CHANGES_OF_ACCOUNT), 'src/db/change-queues.ts'],
  ['changes of a user on one account that wait', count(changeQueues.WAITING_CHANGES_OF_ACCOUNT), 'src/db/change-queues.ts'],
  ['changes of a user on all accounts at once', count(changeQueues.CONCURRENT_CHANGES_OF_USER), 'src/db/change-queues.ts'],
  ['changes of a user that wait or are under way', count(changeQueues.CHANGES_OF_USER), 'src/db/change-queues.ts'],
  ['time that a change waits for its turn', seconds(changeQueues.PATIENCE_MILLISECONDS), 'src/db/change-queues.ts'],
  ["time that a change waits for an account's lock", seconds(database.LOCK_TIMEOUT_MILLISECONDS), 'src/db/database.ts'],
  ['connections of a process for all of this', count(database.MAXIMUM_CONNECTIONS), 'src/db/database.ts'],
  ['bank accounts of a user (`MIBUDGE_MAX_ACCOUNTS`)', count(config.bounds.accountsOfUser), 'src/config.ts'],
  ['budgets of an account (`MIBUDGE_MAX_BUDGETS`)', count(config.bounds.budgetsOfAccount), 'src/config.ts'],
  ['link aliases of an account (`MIBUDGE_MAX_ALIASES`)', count(config.bounds.aliasesOfAccount), 'src/config.ts'],
  ['characters of a link alias', count(MAXIMUM_ALIAS_CHARACTERS), 'src/bank-accounts/bank-account.schemas.ts'],
  ['files of a user (`MIBUDGE_MAX_STORED_BYTES`)', bytes(config.bounds.storedBytesOfUser), 'src/config.ts'],
  ['splits of a transaction', count(MAXIMUM_SPLITS), 'src/transactions/split.schemas.ts'],
  ['days ahead of `as_of` and `until`', count(MAXIMUM_DAYS_AHEAD), 'src/funding/days-ahead.ts'],
  ['events of a round of funding, and of a forecast', count(EVENTS_PER_ROUND), 'src/funding/plan.ts'],
  ['time that a computation keeps the process', `${SLICE_MILLISECONDS} ms`, 'src/steps.ts'],
  ['rows that a statement of a round brings', count(ROWS_PER_STATEMENT), 'src/steps.ts'],
  ['transactions searched for links at a time', count(BATCH_TRANSACTIONS), 'src/linking/link-transactions.ts'],
  ['candidates for links read at a time', count(findMatches.MAXIMUM_CANDIDATES), 'src/linking/find-matches.ts'],
  ['descriptions read before others are served', count(findMatches.TEXTS_PER_TURN), 'src/linking/find-matches.ts'],
  ['time between two wake-ups of the search', seconds(GATHERING_MILLISECONDS), 'src/linking/linker.ts'],
  ['jobs of a process at once', count(CONCURRENT_JOBS), 'src/jobs/run-jobs.ts'],
  ['attempts of a job', count(MAXIMUM_ATTEMPTS), 'src/jobs/job-queue.ts'],
  ['time for `/readyz` to answer', seconds(readiness.PATIENCE_MILLISECONDS), 'src/health/readiness.ts'],
  ['time for requests and jobs when the server ends', seconds(GRACE_MILLISECONDS), 'src/main/close-server.ts'],
  ['time until the process is gone', seconds(LONGEST_END_MILLISECONDS), 'src/main/serve.ts'],
];

test('docs/security.md lists each bound with the figure of the code, and no other', () => {
  const text = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const listed = [...text.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \| \[([^\]]+)\]\(\.\.\/\3\) \|$/gm)].map(([, what, figure, file]) => [what, figure, file]);
  expect(listed).toEqual(BOUNDS);
  // Whatever looks like a row is one, so that none escapes the comparison by its form.
  expect(text.match(/^\|(?! what |-)/gm)).toHaveLength(BOUNDS.length);
});
