import { both, CONNECTIONS, FLAT, patch, post, READ_TARGET, TRANSACTIONS, WRITE_TARGET, type CaseContext, type HttpCase, type SentRequests } from './http-case.ts';
import type { LoadRequest } from './load-job.ts';

const LATER_ROWS = 100;

/** What one account's writers wait for is its lock, and the disk: both sides have the same. */
const APPEND_TARGET = 0.85;

const transaction = (account: string, postedDate: string): LoadRequest =>
  post(TRANSACTIONS, {
    bank_account: account,
    amount: '-12.34',
    posted_date: postedDate,
    transaction_type: 'signature_purchase',
    raw_description: 'CORNER GROCERY',
  });

async function splitting({ data, at, createTransaction }: CaseContext): Promise<LoadRequest[]> {
  const path = `${TRANSACTIONS}${await createTransaction(at(12))}/splits/`;
  return [post(path, { splits: {} }), post(path, { splits: { [data.budgetIds[3] ?? '']: '5.00' } })];
}

async function beforeOthers({ data, at, createTransaction }: CaseContext): Promise<SentRequests> {
  for (let row = 0; row < LATER_ROWS; row += 1) await createTransaction(at(18));
  return both([transaction(data.accountId, at(12))]);
}

async function patching({ at, createTransaction }: CaseContext): Promise<SentRequests> {
  const path = `${TRANSACTIONS}${await createTransaction(at(12))}/`;
  return both([patch(path, { memo: 'one' }), patch(path, { memo: 'two' })]);
}

/** What changes the ledger; what changes most of it comes last. */
export const WRITES: readonly HttpCase[] = [
  {
    name: 'post a transaction (append)',
    connections: CONNECTIONS,
    requests: ({ data, at }) => both([transaction(data.accountId, at(12))]),
    target: APPEND_TARGET,
    growth: FLAT,
  },
  {
    // The memo changes each time, and nothing else does.
    name: 'patch a transaction',
    connections: CONNECTIONS,
    requests: patching,
    target: READ_TARGET,
    growth: FLAT,
  },
  {
    name: 'transfer between budgets',
    connections: CONNECTIONS,
    requests: ({ data: { accountId, budgetIds }, at }) =>
      both([
        post('/api/v1/internal-transactions/', {
          bank_account: accountId,
          amount: '0.01',
          src_budget: budgetIds[1],
          dst_budget: budgetIds[2],
          effective_date: at(12),
        }),
      ]),
    target: WRITE_TARGET,
    growth: FLAT,
  },
  {
    // Back and forth, so that each request changes something: one connection, and a transaction for each side.
    name: 'split a transaction',
    connections: 1,
    requests: async (context) => ({ server: await splitting(context), reference: await splitting(context) }),
    target: WRITE_TARGET,
    growth: FLAT,
  },
  {
    name: `post a transaction before ${LATER_ROWS} others`,
    connections: CONNECTIONS,
    requests: beforeOthers,
    target: WRITE_TARGET,
    growth: {},
    isLikeAnother: true,
  },
  {
    name: '16 writers on one account',
    connections: 16,
    requests: ({ data, at }) => both([transaction(data.accountId, at(12))]),
    target: WRITE_TARGET,
    isLikeAnother: true,
  },
  {
    name: '16 writers on 16 accounts',
    connections: 16,
    sending: 'side by side',
    requests: ({ data, at }) => both(data.sideAccountIds.map((account) => transaction(account, at(12)))),
    target: WRITE_TARGET,
    isLikeAnother: true,
  },
  {
    name: 'post a transaction in the middle of the history',
    connections: 1,
    requests: ({ data }) => both([transaction(data.accountId, data.middle)]),
    target: WRITE_TARGET,
    isLikeAnother: true,
  },
];
