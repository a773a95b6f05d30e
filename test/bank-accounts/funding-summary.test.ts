import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createUser } from '../support/factories.ts';

const server = useServer();

const MONTHLY = 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1';
const WEEKLY = 'RRULE:FREQ=WEEKLY;BYDAY=MO';

test('next fundings are summed by schedule text and sorted by date; a fill-up counts under its parent', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { posted_balance: '100' });
  const fixed = { funding_type: 'F', target_balance: '0', funding_amount: '10.25' };
  await createBudget(user, account, { ...fixed, funding_schedule: MONTHLY });
  await createBudget(user, account, { ...fixed, funding_schedule: 'FREQ=MONTHLY;BYMONTHDAY=1', funding_amount: '5' });
  await createBudget(user, account, { ...fixed, funding_schedule: WEEKLY, budget_type: 'R', with_fillup_goal: true, target_balance: '50' });
  await createBudget(user, account, { ...fixed, funding_schedule: WEEKLY, paused: true });
  await createBudget(user, account, { ...fixed });
  const response = await user.http.get(`/api/v1/bank-accounts/${account.id}/funding-summary/`);
  expect(response.body).toEqual({
    schedules: [
      { schedule: WEEKLY, next_date: '2026-11-23', total_amount: '10.25', currency: 'USD', budget_count: 1 },
      { schedule: MONTHLY, next_date: '2026-12-01', total_amount: '15.25', currency: 'USD', budget_count: 2 },
    ],
    total_amount: '25.50',
    currency: 'USD',
  });
});

test('an account without schedules has an empty summary in its currency', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { currency: 'KWD' });
  const response = await user.http.get(`/api/v1/bank-accounts/${account.id}/funding-summary/`);
  expect(response.body).toEqual({ schedules: [], total_amount: '0.000', currency: 'KWD' });
});
