/**
 * Nothing in TypeScript ties the type of a statement's rows to its text. Here Postgres prepares each statement that the
 * sources declare and says what it would return, and that is compared with what the code was compiled with: the names, types
 * and nullability of columns, and the number and types of parameters (docs/adr/0002-two-ways-to-the-database.md). The module that
 * declares statements is watched here, and does what it always does.
 */
import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { findUnreadableValue } from '../../src/encryption-keys/check-encryption-keys.ts';
import type * as database from '../../src/db/database.ts';
import { reEncrypt } from '../../src/encryption-keys/re-encrypt.ts';
import { recomputeBalances } from '../../src/ledger/recompute-balances.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import type { DocumentSchema } from '../contract/document.ts';
import { kindOf, operations } from '../contract/kinds.ts';
import { createWorld } from '../contract/world.ts';
import { useServer } from '../support/app.ts';
import { checkQuery, loadCatalog, type Catalog } from '../support/check-query.ts';
import { declaredQueries, type DeclaredQuery } from '../support/declared-queries.ts';
import { createBankAccount, createUser } from '../support/factories.ts';

/** What has been declared so far: texts by the line of the stack that made them, of which one in a function makes several. */
const texts = vi.hoisted(() => new Map<string, Set<string>>());

vi.mock('../../src/db/database.ts', async (original) => {
  const actual = await original<typeof database>();
  const note = (text: string): void => {
    // The error itself, this function, the one below, its caller.
    const frame = new Error().stack?.split('\n')[3] ?? '';
    texts.set(frame, (texts.get(frame) ?? new Set()).add(text));
  };
  const noting = (declare: (text: string) => unknown) => (text: string): unknown => {
    note(text);
    return declare(text);
  };
  return { ...actual, query: noting(actual.query), unpreparedQuery: noting(actual.unpreparedQuery) };
});

/** Columns that can be null in their table and never are in the rows of a folder's or file's statements. */
const NEVER_NULL: Readonly<Record<string, readonly string[]>> = {
  // The entries of a transaction have both; only those of internal transactions have neither.
  'src/allocations/': ['transaction_id', 'category'],
  // Prisma declares a list without NOT NULL; it has a default, and nothing writes null.
  'src/bank-accounts/bank-account.queries.ts': ['link_aliases'],
  'src/linking/load-account-names.ts': ['link_aliases'],
  // Its condition is not true of null.
  'src/encryption-keys/re-encrypt.ts': ['encrypted'],
};

const server = useServer({ MIBUDGE_THROTTLE_LOGIN: '10/minute' });
const declared = declaredQueries();
let client: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  client = new pg.Client({ connectionString: server.config.databaseUrl });
  await client.connect();
  catalog = await loadCatalog(client);
  for (const { file } of declared) await import(file);
  await runWhatDeclares();
});

afterAll(() => client.end());

/** Brings about the statements that functions declare, such as those of lists, each of which depends on the filters. */
async function runWhatDeclares(): Promise<void> {
  const world = await createWorld(server);
  const staff = await createUser(server, { staff: true });
  const ids: Record<string, string> = { bank_account: world.account.id, transaction: world.transaction.id, category: 'Uncategorized:Unassigned' };
  for (const operation of operations.filter(({ method, parameters }) => method === 'GET' && parameters.some(({ name }) => name === 'page'))) {
    const { http } = kindOf(operation) === 'staff' ? staff : world.owner;
    const filters = operation.parameters.filter(({ name }) => !/^(page|page_size|ordering)$/.test(name));
    const queries = filters.map(({ name, schema }): [string, string] => [name, ids[name] ?? sampleOf(schema, world.budget.id)]);
    for (const query of [[], queries, ...queries.map((alone) => [alone])]) {
      // What ends in 500 is for the check to explain.
      expect((await http.get(`${operation.path}?${new URLSearchParams(query).toString()}`)).status).not.toBe(400);
    }
  }
  await server.http.post('/api/token/').send({ username: world.owner.username, password: 'a wrong one' }).expect(401);

  await createBankAccount(server, world.owner, { account_number: '12345678' });
  const rotated = createFieldEncryption([randomBytes(32).toString('base64'), ...server.config.encryptionKeys]);
  await findUnreadableValue(server.db, rotated);
  await reEncrypt(server.mutations, rotated);
  await recomputeBalances(server, DERIVED_VALUES);
}

function sampleOf({ type, format, enum: values }: DocumentSchema, budgetId: string): string {
  if (values) return String(values.find(Boolean));
  if (format === 'uuid') return budgetId;
  if (format === 'date' || format === 'date-time') return '2026-11-19';
  return type === 'boolean' ? 'false' : 'two words';
}

function isPlaceOf({ place }: DeclaredQuery, frame: string): boolean {
  return frame.replace(')', '').endsWith(`/${place}`);
}

function textsOf(statement: DeclaredQuery): string[] {
  return [...texts].flatMap(([frame, made]) => (isPlaceOf(statement, frame) ? [...made] : []));
}

async function problemsOf(statement: DeclaredQuery, neverNull: readonly string[]): Promise<string[]> {
  const problems = new Set<string>();
  for (const text of textsOf(statement)) {
    for (const problem of await checkQuery(client, catalog, statement, text, neverNull)) problems.add(`${statement.place} ${problem}`);
  }
  return [...problems];
}

test('every statement is found in the sources, and made by loading them or by the requests above', () => {
  expect([...texts.keys()].filter((frame) => !declared.some((statement) => isPlaceOf(statement, frame)))).toEqual([]);
  expect(declared.filter((statement) => textsOf(statement).length === 0).map(({ place }) => place)).toEqual([]);
});

test('every statement returns what its row declares, and takes what it is passed', async () => {
  const problems: string[] = [];
  for (const statement of declared) {
    const [, neverNull = []] = Object.entries(NEVER_NULL).find(([path]) => statement.place.startsWith(path)) ?? [];
    problems.push(...(await problemsOf(statement, neverNull)));
  }
  expect(problems).toEqual([]);
});

test.each(Object.entries(NEVER_NULL))('%s: the exceptions are needed', async (path, columns) => {
  const problems: string[] = [];
  for (const statement of declared.filter(({ place }) => place.startsWith(path))) problems.push(...(await problemsOf(statement, [])));
  expect(columns.filter((column) => !problems.some((problem) => problem.includes(`returns ${column}, which can be null`)))).toEqual([]);
});

const EXAMPLE: DeclaredQuery = {
  place: 'src/example.ts:1:1',
  file: 'example.ts',
  row: new Map([
    ['id', { kind: 'string', isNullable: false }],
    ['balance', { kind: 'string', isNullable: false }],
    ['paused', { kind: 'boolean', isNullable: false }],
    ['memo', { kind: 'string', isNullable: true }],
    ['created_at', { kind: 'instant', isNullable: false }],
    ['budget_type', { kind: 'texts', isNullable: false }],
  ]),
  uses: [{ place: 'src/example.ts:2:1', parameters: ['string', 'date', 'string[]'] }],
};
const COLUMNS = 'id, balance, paused, memo, created_at, budget_type';
const CONDITION = 'FROM budgets WHERE id = $1 AND created_at < $2 AND name = ANY($3)';
const EXPECTED_TEXT = `SELECT ${COLUMNS} ${CONDITION}`;

test.each<[what: string, part: string, replacement: string, problems: string[]]>([
  ['nothing when all is well', EXPECTED_TEXT, EXPECTED_TEXT, []],
  ['a column that is not there', 'balance,', 'balances,', ['column "balances" does not exist']],
  ['another name', 'memo', 'memo AS note', ['does not return memo']],
  ['a number for a text', 'balance', 'balance::int AS balance', ['returns balance as int4, but its row declares string']],
  ['a text for a boolean', 'paused', 'paused::text AS paused', ['returns paused as text, but its row declares boolean']],
  ['a day for an instant', 'created_at,', 'created_at::date AS created_at,', ['returns created_at as date, but its row declares instant']],
  ['a number for one of a few texts', 'budget_type', 'balance AS budget_type', ['returns budget_type as numeric, but its row declares texts']],
  ['columns in each other\'s place', COLUMNS, 'id, balance, memo AS paused, paused AS memo, created_at, budget_type', [
    'returns paused as text, but its row declares boolean',
    'returns paused, which can be null, but its row declares that it is not',
    'returns memo as bool, but its row declares string',
  ]],
  ['a column that can be null', 'id,', 'fillup_goal_id AS id,', ['returns id, which can be null, but its row declares that it is not']],
  ['parameters in each other\'s place', CONDITION, 'FROM budgets WHERE id = $2 AND created_at < $1 AND name = ANY($3)', [
    'takes timestamptz for $1, but src/example.ts:2:1 passes string',
    'takes uuid for $2, but src/example.ts:2:1 passes date',
  ]],
  ['a parameter too many', ' AND name = ANY($3)', '', ['takes 2 parameters, but src/example.ts:2:1 passes 3']],
  ['one for a list', 'ANY($3)', '$3', ['takes text for $3, but src/example.ts:2:1 passes string[]']],
  ['a column of a row that may be missing', EXPECTED_TEXT, `SELECT b.* FROM users u LEFT JOIN budgets b ON b.id = $1 WHERE u.created_at < $2 AND b.name = ANY($3)`, [
    'returns id, which can be null, but its row declares that it is not',
    'returns balance, which can be null, but its row declares that it is not',
    'returns paused, which can be null, but its row declares that it is not',
    'returns created_at, which can be null, but its row declares that it is not',
    'returns budget_type, which can be null, but its row declares that it is not',
  ]],
])('the check finds %s', async (_what, part, replacement, problems) => {
  expect(await checkQuery(client, catalog, EXAMPLE, EXPECTED_TEXT.replace(part, () => replacement))).toEqual(problems);
});
