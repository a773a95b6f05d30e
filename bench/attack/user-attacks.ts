import { addDays } from '../../src/dates.ts';
import { get, post, TRANSACTIONS } from '../http-case.ts';
import type { LoadRequest } from '../load-job.ts';
import type { Attack } from './attack.ts';
import { makeAccount, whileLocked, type Planner, type Scene } from './scene.ts';
import { together, volley, type Answers, type Shot } from './send.ts';

const ACCOUNTS = 40;
const ALIASES = 20;
const LINKED_POSTS = 400;

const by = (headers: Planner['headers'], request: LoadRequest): Shot => ({ ...request, headers });

function* repeated(shot: (index: number) => Shot, times: number): Generator<Shot> {
  for (let index = 0; index < times; index += 1) yield shot(index);
}

const spendingOn = (account: string, amount = '-1.00', description = 'FEE'): LoadRequest =>
  post(TRANSACTIONS, { bank_account: account, amount, posted_date: new Date().toISOString(), transaction_type: '', raw_description: description });

/** Asks for all that one answer may hold, again and again. */
function forecasts({ url, planners, lastForecastDay }: Scene): Promise<Answers> {
  const shots = [1, 2, 3].flatMap(() =>
    planners.map(({ headers, accountId }) => by(headers, get(`/api/v1/bank-accounts/${accountId}/funding-forecast/?until=${lastForecastDay}`))),
  );
  return volley(url, shots, planners.length);
}

/** Each run has some more than one transaction may process. */
async function runFunding({ url, planners, lastForecastDay, today }: Scene): Promise<Answers> {
  const through = addDays(today, 700);
  const opened = planners.map(({ headers, accountId }) => by(headers, post(`/api/v1/bank-accounts/${accountId}/mark-imported/`, { last_posted_through: through })));
  const runs = planners.map(({ headers, accountId }) =>
    by(headers, post(`/api/v1/bank-accounts/${accountId}/run-funding/`, { as_of: addDays(lastForecastDay, 40) })),
  );
  return together(await volley(url, opened, planners.length), await volley(url, runs, planners.length));
}

/** Accounts that name each other, and posts that may be each other's mirror images. */
async function postLinked({ url, stranger, data }: Scene): Promise<Answers> {
  const accounts: string[] = [];
  for (let index = 0; index < ACCOUNTS; index += 1) {
    const aliases = Array.from({ length: ALIASES }, (_, number) => `alias ${number} of account ${index}`);
    accounts.push(await makeAccount(url, stranger, data.bankId, { name: `Account ${index}`, link_aliases: aliases }));
  }
  const post = (index: number): Shot => {
    const other = (index * 7 + 1) % ACCOUNTS;
    const amount = index % 2 === 0 ? '-25.00' : '25.00';
    return by(stranger, spendingOn(accounts[index % ACCOUNTS] ?? '', amount, `transfer alias ${index % ALIASES} of account ${other} `.repeat(8)));
  };
  return volley(url, repeated(post, LINKED_POSTS), 8);
}

/** What users can do who are logged in. */
export const USER_ATTACKS: readonly Attack[] = [
  { name: 'forecasts of 4,920 events by three users', answers: ['200'], attack: forecasts },
  { name: 'run-funding of 5,000 events by three users, the rest by jobs', answers: ['200'], attack: runFunding },
  {
    name: '60 writers on one account',
    answers: ['201'],
    attack: ({ url, owner, data }: Scene): Promise<Answers> => volley(url, repeated(() => by(owner, spendingOn(data.accountId)), 1_000), 60),
  },
  {
    name: '30 writers behind a held lock',
    answers: ['503'],
    attack: ({ url, owner, data, connectionString }: Scene): Promise<Answers> =>
      whileLocked(connectionString, data.accountId, () => volley(url, repeated(() => by(owner, spendingOn(data.accountId)), 30), 30)),
  },
  {
    name: '15 searches of 8 terms at once in 50,000 transactions',
    answers: ['200', '503'],
    attack: ({ url, owner }: Scene): Promise<Answers> => {
      const search = (index: number): Shot => by(owner, get(`${TRANSACTIONS}?search=${encodeURIComponent(`o e a r c s t ${index}-nowhere`)}`));
      return volley(url, repeated(search, 15), 15);
    },
  },
  {
    name: 'pages far beyond the end, and far within',
    answers: ['200', '404', '503'],
    attack: ({ url, owner }: Scene): Promise<Answers> => {
      const pages = ['page=999999999', 'page=99&page_size=500', 'page=99&page_size=500&ordering=amount', 'page=last&page_size=500'];
      return volley(url, repeated((index) => by(owner, get(`${TRANSACTIONS}?${pages[index % pages.length]}`)), 60), 15);
    },
  },
  {
    name: '60 deletes of a foreign account, transaction and budget',
    answers: ['404'],
    attack: ({ url, stranger, data }: Scene): Promise<Answers> => {
      const paths = [`/api/v1/bank-accounts/${data.accountId}/`, `${TRANSACTIONS}${data.transactionId}/`, `/api/v1/budgets/${data.budgetIds[1] ?? ''}/`];
      return volley(url, repeated((index) => ({ method: 'DELETE', path: paths[index % paths.length] ?? '', headers: stranger }), 60), 15);
    },
  },
  { name: `${ACCOUNTS} accounts of ${ALIASES} aliases, and posts that may be linked`, answers: ['201'], attack: postLinked },
];
