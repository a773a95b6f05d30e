import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { verifyBalances } from '../../src/ledger/verify-balances.ts';
import { useServer } from '../support/app.ts';
import { createBudget, createUser, type TestUser } from '../support/factories.ts';
import { withCompleteAnswers } from './complete-answers.ts';
import { documentValidator } from './conformance.ts';
import { openApiDocument, operationsOf } from './document.ts';
import { nounOf, requestTo, type KnownIds, type RequestPlan } from './random-request.ts';
import { sendPlan, type ReadAnswer } from './send-request.ts';
import { createWorld, validRequest, type World } from './world.ts';

/** How many walks; MIBUDGE_TEST_WALKS=2000 is a long search. */
const WALKS = Number(process.env['MIBUDGE_TEST_WALKS'] ?? 12);
const STEPS = 30;
const ONE_STEP_MILLISECONDS = 1_000;

// Tested to be what the server serves.
const json: unknown = parse(readFileSync(new URL('../../openapi/openapi.yaml', import.meta.url), 'utf8'));
const document = openApiDocument.parse(json);
const validator = documentValidator(withCompleteAnswers(document));
const operations = new Map(operationsOf(document).map((operation) => [operation.operationId, operation]));

const server = useServer();
let stranger: TestUser;
let staff: TestUser;
let baseUrl: string;

beforeAll(async () => {
  stranger = await createUser(server);
  staff = await createUser(server, { staff: true });
  const address = server.app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on a port');
  baseUrl = `http://127.0.0.1:${address.port}`;
});

/** Reading costs little and finds little: what moves money comes more often. */
const weights: Readonly<Record<string, number>> = { GET: 1, POST: 6, PUT: 3, PATCH: 3, DELETE: 1 };
const anyRequest = fc.oneof(
  ...[...operations.values()]
    // It would end most walks early; other tests delete accounts.
    .filter(({ operationId }) => operationId !== 'bank_accounts_destroy')
    .map((operation) => ({ weight: operation.path.startsWith('/api/token/') ? 1 : (weights[operation.method] ?? 1), arbitrary: requestTo(document, operation) })),
);

test(
  'no request ever gets a 5xx or an answer that the document does not allow, and the books stay right',
  { timeout: WALKS * STEPS * ONE_STEP_MILLISECONDS },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRequest, { minLength: STEPS, maxLength: STEPS }), async (plans) => {
        const world = await createWorld(server);
        await createBudget(world.owner, world.account, { budget_type: 'R', with_fillup_goal: true, recurrance_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=5' });
        const known = idsOf(world);
        for (const plan of plans) await step(world, plan, known);
        for (const bankAccountId of known.get('bank-accounts') ?? []) {
          const report = await verifyBalances(server.db, DERIVED_VALUES, { bankAccountId });
          expect(report?.differences).toEqual([]);
        }
      }),
      { numRuns: WALKS, endOnFailure: true },
    );
  },
);

async function step(world: World, plan: RequestPlan, known: KnownIds): Promise<void> {
  const operation = operations.get(plan.operationId);
  if (!operation) throw new Error(`no operation ${plan.operationId}`);
  const { token } = { owner: world.owner, coOwner: world.coOwner, stranger, staff }[plan.actor];
  const { answer, request } = await sendPlan({ baseUrl, token }, operation, based(plan, world), known);
  const body = bodyOf(answer);
  expect(answer.status, `${request}: ${answer.text}`).toBeLessThan(500);
  expect(validator.problemsOfAnswer(operation, answer.status, body), `${request}: ${answer.status} ${answer.text}`).toEqual([]);
  if (answer.status < 300) remember(nounOf(operation.path), body, known);
}

/** Puts what the plan changes into a request that is valid as it stands. */
function based(plan: RequestPlan, world: World): RequestPlan {
  if (plan.changes === null) return plan;
  const valid = validRequest(plan.operationId, world);
  return { ...plan, ...(valid.id === undefined ? {} : { id: valid.id }), body: { ...valid.body, ...Object.fromEntries(Object.entries(plan.body).slice(0, plan.changes)) } };
}

function bodyOf({ text, headers }: ReadAnswer): unknown {
  if (text === '') return undefined;
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  return JSON.parse(text);
}

function idsOf({ owner, account, budget, transaction, allocation, transfer }: World): KnownIds {
  return new Map([
    ['banks', [account.bank]],
    ['bank-accounts', [account.id]],
    ['budgets', [budget.id, account.unallocated_budget]],
    ['transactions', [transaction.id]],
    ['allocations', [allocation.id]],
    ['internal-transactions', [transfer.id]],
    ['users', [owner.username]],
  ]);
}

/** Keeps the ids of an answer for the steps to come. */
function remember(noun: string, body: unknown, known: KnownIds): void {
  const results: unknown = typeof body === 'object' && body !== null && 'results' in body ? body.results : [body];
  for (const item of Array.isArray(results) ? (results as unknown[]) : []) {
    if (typeof item !== 'object' || item === null || !('id' in item) || typeof item.id !== 'string') continue;
    const ids = known.get(noun) ?? [];
    if (!ids.includes(item.id)) known.set(noun, [...ids, item.id]);
  }
}
