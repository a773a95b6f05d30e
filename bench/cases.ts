import { both, CONNECTIONS, FLAT, get, post, READ_TARGET, TRANSACTIONS, type HttpCase } from './http-case.ts';
import { WRITES } from './write-cases.ts';

/** The password of the user whose data it is. */
export const PASSWORD = 'correct horse battery staple';

const FIRST_SCREEN = ['/api/v1/bank-accounts/', '/api/v1/budgets/?archived=false', TRANSACTIONS].map(get);

/** A first page of a list, or a last one. */
function list(name: string, path: string, growth: HttpCase['growth'] = FLAT): HttpCase {
  return { name, connections: CONNECTIONS, requests: () => both([get(path)]), target: READ_TARGET, growth };
}

/** A list of the transactions of the account with the history. */
function filtered(name: string, filter: string, growth?: HttpCase['growth']): HttpCase {
  const requests: HttpCase['requests'] = ({ data }) => both([get(`${TRANSACTIONS}?bank_account=${data.accountId}${filter}`)]);
  return { ...list(name, TRANSACTIONS, growth), requests };
}

const NEWEST = 150;
const HISTORY_END = Date.UTC(2026, 10, 1);
const HISTORY_MILLISECONDS = 3652 * 86_400_000;

/** Few, and equally many in every history, which spreads evenly over ten years. */
const newest: HttpCase['requests'] = ({ data, transactions }) => {
  const from = new Date(HISTORY_END - (HISTORY_MILLISECONDS * NEWEST) / transactions).toISOString();
  return both([get(`${TRANSACTIONS}?bank_account=${data.accountId}&date_from=${from}&date_to=2026-10-31`)]);
};

const READS: readonly HttpCase[] = [
  {
    name: 'login + first screen',
    connections: 2,
    sending: 'as one',
    requests: ({ data }) => both([post('/api/token/', { username: data.username, password: PASSWORD }), ...FIRST_SCREEN]),
  },
  { name: 'first screen: accounts, budgets, transactions', connections: CONNECTIONS, sending: 'as one', requests: () => both(FIRST_SCREEN) },
  {
    name: 'retrieve a transaction',
    connections: CONNECTIONS,
    requests: ({ data }) => both([get(`${TRANSACTIONS}${data.transactionId}/`)]),
    target: READ_TARGET,
    growth: FLAT,
  },
  { name: "one's own profile", connections: CONNECTIONS, requests: () => both([get('/api/v1/users/me/')]), target: READ_TARGET, growth: FLAT },
  list('transactions of all accounts', TRANSACTIONS),
  filtered('transactions of one account', ''),
  { ...list('transactions of the last days', TRANSACTIONS), requests: newest },
  filtered('transactions of four years', '&date_from=2018-10-01&date_to=2022-10-01'),
  filtered('transactions posted since 2020', '&posted_date_from=2020-10-01'),
  filtered('transactions not pending', '&pending=false'),
  filtered('transactions of type ach', '&transaction_type=ach'),
  filtered('transactions by amount', '&ordering=amount'),
  filtered('last page of transactions', '&page=last', {}),
  {
    name: 'search in transactions',
    connections: 2,
    requests: ({ data }) => both([get(`${TRANSACTIONS}?bank_account=${data.accountId}&search=grocery`)]),
    target: READ_TARGET,
  },
  {
    // The shortest history has two, the longest 202: what a search for a payee's name finds, where the other one finds a tenth of all.
    name: 'search for a rare word',
    connections: 2,
    requests: ({ data }) => both([get(`${TRANSACTIONS}?bank_account=${data.accountId}&search=4738`)]),
    target: READ_TARGET,
    growth: { atMost: 3 },
  },
  list('allocations', '/api/v1/allocations/'),
  list('allocations of one category', '/api/v1/allocations/?category=Uncategorized:Unassigned'),
  // The shortest history has no more.
  list('transfers, 50 to a page', '/api/v1/internal-transactions/?page_size=50'),
  list('budgets with their next funding', '/api/v1/budgets/?archived=false'),
];

/** All cases, in the order in which they are measured. */
export const CASES: readonly HttpCase[] = [...READS, ...WRITES];
