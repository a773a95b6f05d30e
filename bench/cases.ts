import type { Dataset } from './dataset.ts';
import type { LoadJob } from './load.ts';

type Requests = Pick<LoadJob, 'method' | 'requests'>;

/** One thing that is measured over HTTP: how the server is asked, and how the bare reference is. */
export interface HttpCase {
  name: string;
  connections: number;
  server: Requests;
  /** Undefined where the reference has nothing to compare with. */
  reference?: Requests;
  /** The least ratio of requests per second, server to reference, that is aimed for. */
  target?: number;
  /** Its time at the largest dataset may be at most so many times that at the smallest. */
  flat?: number;
}

const get = (...paths: string[]): Requests => ({ method: 'GET', requests: paths.map((path) => ({ path })) });
const post = (path: string, ...bodies: object[]): Requests => ({
  method: 'POST',
  requests: bodies.map((body) => ({ path, body: JSON.stringify(body) })),
});

/** Parallel clients of most cases: enough to keep two cores busy. */
const CONNECTIONS = 8;
const FROM = '2026-10-01T00:00:00Z';

/** The cases at one size of the data. */
export function httpCases(data: Dataset): HttpCase[] {
  const [unallocated = '', first = '', second = ''] = data.budgetIds;
  const transaction = (account: string, postedDate: string): object => ({
    bank_account: account,
    amount: '-12.34',
    posted_date: postedDate,
    transaction_type: 'signature_purchase',
    raw_description: 'CORNER GROCERY {{n}}',
  });
  const append = transaction(data.accountId, '2026-11-20T12:00:00Z');
  const backdated = transaction(data.accountId, data.middle);
  const sideAppends = data.sideAccountIds.map((account) => transaction(account, '2026-11-20T12:00:00Z'));
  const transfer = { bank_account: data.accountId, amount: '0.01', src_budget: first, dst_budget: second };
  const list = `/api/v1/transactions/?bank_account=${data.accountId}`;
  const forReference = (body: object): object => ({ ...body, unallocated });
  return [
    { name: 'retrieve a transaction', connections: CONNECTIONS, server: get(`/api/v1/transactions/${data.transactionId}/`), reference: get(`/transactions/${data.transactionId}`), target: 0.7, flat: 1.3 },
    { name: 'list 100 transactions', connections: CONNECTIONS, server: get(list), reference: get('/transactions'), target: 0.7, flat: 1.3 },
    { name: 'list, filtered by date', connections: CONNECTIONS, server: get(`${list}&date_from=${FROM}`), reference: get(`/filtered?from=${FROM}`), target: 0.7 },
    { name: 'search', connections: 2, server: get(`${list}&search=grocery`), reference: get('/search?term=grocery'), target: 0.7 },
    { name: 'list 100 allocations', connections: CONNECTIONS, server: get('/api/v1/allocations/'), flat: 1.3 },
    { name: 'list 100 transfers', connections: CONNECTIONS, server: get('/api/v1/internal-transactions/'), flat: 1.3 },
    {
      name: 'first screen (accounts, budgets, transactions)',
      connections: 3,
      server: get('/api/v1/bank-accounts/', '/api/v1/budgets/?archived=false', '/api/v1/transactions/'),
    },
    { name: 'post (append)', connections: CONNECTIONS, server: post('/api/v1/transactions/', append), reference: post('/transactions', forReference(append)), target: 0.6, flat: 1.3 },
    { name: 'post (back-dated to the middle)', connections: 1, server: post('/api/v1/transactions/', backdated), reference: post('/transactions', forReference(backdated)), target: 0.6 },
    { name: 'transfer', connections: CONNECTIONS, server: post('/api/v1/internal-transactions/', transfer), reference: post('/internal-transactions', transfer), target: 0.6, flat: 1.3 },
    { name: '16 writers, one account', connections: 16, server: post('/api/v1/transactions/', append), reference: post('/transactions', forReference(append)) },
    { name: '16 writers, 16 accounts', connections: 16, server: post('/api/v1/transactions/', ...sideAppends) },
  ];
}

/**
 * The split of a fresh transaction at the end of its chains, back and forth, so that each request changes something.
 * One connection: the two requests must take turns.
 */
export function splitCase(data: Dataset, transactionId: string): HttpCase {
  const budget = data.budgetIds[1] ?? '';
  return {
    name: 'split',
    connections: 1,
    server: post(`/api/v1/transactions/${transactionId}/splits/`, { splits: {} }, { splits: { [budget]: '5.00' } }),
    // Putting all back comes first: whoever was measured before may have stopped half-way.
    reference: post(`/transactions/${transactionId}/splits`, {}, { budget, amount: '5.00' }),
    target: 0.6,
    flat: 1.3,
  };
}
