import { addDays, calendarDate, type CalendarDate } from '../../../src/dates.ts';
import { Database, query } from '../../../src/db/database.ts';
import { Mutations } from '../../../src/mutations/mutate.ts';
import { fundAccount } from '../../../src/funding/fund-account.ts';
import type { FundingReport } from '../../../src/funding/funding-report.ts';
import type { TestServer } from '../../support/app.ts';
import { createBankAccount, createBudget, createUser, type TestBankAccount, type TestUser } from '../../support/factories.ts';

export interface FundedAccount extends TestBankAccount {
  user: TestUser;
}

const WEEKLY = 'FREQ=WEEKLY;BYDAY=MO';
const MONTHLY = 'FREQ=MONTHLY;BYMONTHDAY=1';

/** One budget of each kind that the engine treats differently; short of money by and by. */
const MIXED_BUDGETS = [
  { name: 'Bike', budget_type: 'G', funding_type: 'D', target_balance: '600', target_date: '2027-06-30', funding_schedule: MONTHLY },
  { name: 'Rent', budget_type: 'R', funding_type: 'F', target_balance: '500', funding_amount: '150', funding_schedule: WEEKLY, recurrance_schedule: 'FREQ=MONTHLY;BYMONTHDAY=28', with_fillup_goal: true },
  { name: 'Insurance', budget_type: 'R', funding_type: 'D', target_balance: '240', funding_schedule: 'FREQ=MONTHLY;BYMONTHDAY=15', recurrance_schedule: 'FREQ=MONTHLY;INTERVAL=6;BYMONTHDAY=-1' },
  { name: 'Food', budget_type: 'C', funding_type: 'F', target_balance: '120', funding_amount: '50', funding_schedule: 'FREQ=WEEKLY;BYDAY=FR' },
  { name: 'Fun', budget_type: 'G', funding_type: 'F', target_balance: '0', funding_amount: '12.34', funding_schedule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=SA' },
  { name: 'Paused', budget_type: 'G', funding_type: 'F', target_balance: '0', funding_amount: '10', funding_schedule: WEEKLY, paused: true },
];

/** Makes a user's account in which all is imported through the far future, so that only the calendar decides. */
export async function createFundedAccount(
  server: TestServer,
  options: { user?: TestUser; timezone?: string; balance?: string; currency?: string; importedThrough?: string | null; budgets?: Record<string, unknown>[] } = {},
): Promise<FundedAccount> {
  const { timezone = 'UTC', balance = '2000', currency = 'USD', importedThrough = '2030-12-31', budgets = MIXED_BUDGETS } = options;
  const user = options.user ?? (await createUser(server, { timezone }));
  const account = await createBankAccount(server, user, { posted_balance: balance, currency });
  for (const budget of budgets) await createBudget(user, account, budget);
  if (importedThrough !== null) await server.db.rows(setImported, [account.id, importedThrough]);
  return { ...account, user };
}

const setImported = query<object>('UPDATE bank_accounts SET last_posted_through = $2 WHERE id = $1');

/** Sets through which day an account's transactions are there, without waking the background jobs. */
export async function importThrough(server: TestServer, account: { id: string }, date: string | null): Promise<void> {
  await server.db.rows(setImported, [account.id, date]);
}

/** The door for changes on some database connection, with the server's clock; funding has no effects outside the database. */
export function mutationsOn(db: Database, { clock }: Pick<TestServer, 'clock'>): Mutations {
  return new Mutations({ db, clock, makeHappen: () => Promise.resolve() });
}

/** Runs the engine on some database connection, as the job does. */
export async function fundOn(db: Database, server: TestServer, account: { id: string }, asOf?: string): Promise<FundingReport> {
  const report = await mutationsOn(db, server).run((tx, now) =>
    fundAccount(tx, { bankAccountId: account.id, asOf: asOf === undefined ? undefined : calendarDate(asOf) }, now),
  );
  if (!report) throw new Error('there is no such account');
  return report;
}

/** Runs the engine over HTTP. */
export async function runFunding(account: FundedAccount, asOf?: string): Promise<FundingReport> {
  const response = await account.user.http.post(`/api/v1/bank-accounts/${account.id}/run-funding/`, asOf === undefined ? undefined : { as_of: asOf });
  if (response.status !== 200) throw new Error(`${response.status}: ${response.text}`);
  return response.body as FundingReport;
}

/** Every day from one date through another. */
export function* daysThrough(from: string, through: string): Generator<CalendarDate> {
  for (let day = calendarDate(from); day <= through; day = addDays(day, 1)) yield day;
}

const findBudgets = query<object>(`
SELECT name, balance, complete, funding_floor, recurrence_floor, transfer_count FROM budgets WHERE bank_account_id = $1 ORDER BY name`);
const findEvents = query<object>(`
SELECT b.name, e.kind, e.date, e.wanted, e.moved, e.skipped, e.warning, s.name AS source, d.name AS destination, t.amount, t.effective_date,
  u.username AS actor
FROM funding_events e JOIN budgets b ON b.id = e.budget_id
LEFT JOIN internal_transactions t ON t.id = e.internal_transaction_id
LEFT JOIN budgets s ON s.id = t.src_budget_id LEFT JOIN budgets d ON d.id = t.dst_budget_id LEFT JOIN users u ON u.id = t.actor_id
WHERE e.bank_account_id = $1 ORDER BY e.date, e.kind, b.name`);
const findTransfers = query<object>(`
SELECT s.name AS source, d.name AS destination, t.amount, t.effective_date FROM internal_transactions t
JOIN budgets s ON s.id = t.src_budget_id JOIN budgets d ON d.id = t.dst_budget_id
WHERE t.bank_account_id = $1 ORDER BY t.sequence`);

/** Everything that funding changes, by names, so that two accounts with the same budgets can be compared; transfers in the order of creation. */
export interface FundedState {
  budgets: object[];
  events: object[];
  transfers: object[];
}

export async function fundedState(server: TestServer, account: { id: string }): Promise<FundedState> {
  const [budgets, events, transfers] = await Promise.all([findBudgets, findEvents, findTransfers].map((find) => server.db.rows(find, [account.id])));
  return { budgets: budgets ?? [], events: events ?? [], transfers: transfers ?? [] };
}

/** A pool of its own on the server's database, as another process has. */
export function anotherPool(server: TestServer, onQuery?: (text: string) => void): Database {
  return new Database(server.config.databaseUrl ?? '', { onConnectionError: () => undefined, ...(onQuery ? { onQuery } : {}) });
}
