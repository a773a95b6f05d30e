import type { Bounds } from '../config.ts';
import { todayIn, type Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { isCompleteAfterRetarget } from './funding-amounts.ts';
import { floorsAfterChange } from './due-events.ts';
import type { FundingBudget } from './funding-input.ts';
import { archiveLocked } from './archive-budget.ts';
import { findBudget, type BudgetRow } from './budget.queries.ts';
import type { BudgetChanges } from './budget.schemas.ts';
import { normalSchedules } from './budget-schedules.ts';
import { requireAllowedChanges } from './allowed-changes.ts';
import { createFillup, mirrorToFillup } from './fillup-goal.ts';
import { fundingBudgetOf } from './funding-budget.ts';
import { jsonText } from './insert-budget.ts';

const updateStatement = statement<object>(`
UPDATE budgets SET name = $2, target_balance = $3, funding_amount = $4, funding_type = $5, target_date = $6, with_fillup_goal = $7, paused = $8,
  funding_schedule = $9, recurrance_schedule = $10, memo = $11, auto_spend = $12::jsonb, complete = $13, funding_floor = $14,
  recurrence_floor = $15, modified_at = $16
WHERE id = $1`);

/** A budget's settings after a change: what funding sees of it, and the rest. */
interface ChangedBudget {
  funding: FundingBudget;
  fundingSchedule: string;
  withFillupGoal: boolean;
  memo: string | null;
  autoSpend: unknown;
}

/**
 * Changes the settings of a budget; what is absent stays as it is. A fill-up follows its recurring budget, and comes
 * and goes with `with_fillup_goal`.
 * @param userId the requesting user, who must own the account
 * @throws AppError `not_found` when the user owns no such budget
 * @throws FieldError for a field that cannot be changed, or a value that is not accepted
 */
export async function updateBudget(tx: Tx, id: string, changes: BudgetChanges, userId: number, context: { clock: Clock; bounds: Bounds }): Promise<void> {
  const { clock } = context;
  const account = await lockBankAccountOf(tx, 'budgets', id, userId);
  const row = account && (await findBudget(tx, id, userId));
  if (!account || !row) throw new AppError('not_found');
  const after = changedBudget(row, changes, account, clock);
  const { funding } = after;
  const now = clock.now();
  await tx.rows(updateStatement, [
    id,
    funding.name,
    funding.targetBalance.toFixed(),
    funding.fundingAmount?.toFixed() ?? null,
    funding.fundingType,
    funding.targetDate,
    after.withFillupGoal,
    funding.paused,
    after.fundingSchedule,
    funding.recurrenceSchedule,
    after.memo,
    jsonText(after.autoSpend),
    funding.complete,
    funding.fundingFloor,
    funding.recurrenceFloor,
    now,
  ]);
  if (funding.budgetType === 'R') await updateFillup(tx, account, after, userId, context);
}

function changedBudget(row: BudgetRow, changes: BudgetChanges, account: LockedBankAccount, clock: Clock): ChangedBudget {
  const before = fundingBudgetOf(row);
  const schedules = normalSchedules(changes, before.scheduleAnchor);
  requireAllowedChanges(row, changes, schedules, account);
  const targetBalance = changes.target_balance ?? before.targetBalance;
  const isUnallocated = row.id === account.unallocatedBudgetId;
  const fundingSchedule = schedules.fundingSchedule ?? row.funding_schedule;
  const settings: FundingBudget = {
    ...before,
    name: changes.name ?? before.name,
    targetBalance,
    fundingAmount: changes.funding_amount === undefined ? before.fundingAmount : changes.funding_amount,
    fundingType: changes.funding_type ?? before.fundingType,
    targetDate: changes.target_date === undefined ? before.targetDate : changes.target_date,
    paused: changes.paused ?? before.paused,
    complete:
      !isUnallocated && isCompleteAfterRetarget(before.budgetType, before.complete, before.targetBalance, { targetBalance, balance: before.balance }),
    fundingSchedule,
    recurrenceSchedule: schedules.recurranceSchedule === undefined ? row.recurrance_schedule : schedules.recurranceSchedule,
  };
  return {
    funding: { ...settings, ...floorsAfterChange(before, settings, todayIn(clock, row.timezone)) },
    fundingSchedule,
    withFillupGoal: changes.with_fillup_goal ?? row.with_fillup_goal,
    memo: changes.memo === undefined ? row.memo : changes.memo,
    autoSpend: changes.auto_spend === undefined ? row.auto_spend : changes.auto_spend,
  };
}

const unlinkFillup = statement<object>('UPDATE budgets SET fillup_goal_id = NULL WHERE id = $1');

async function updateFillup(
  tx: Tx,
  account: LockedBankAccount,
  { funding, fundingSchedule, withFillupGoal }: ChangedBudget,
  userId: number,
  context: { clock: Clock; bounds: Bounds },
): Promise<void> {
  const { clock } = context;
  const { id, fillupGoalId } = funding;
  const mirrored = { name: funding.name, targetBalance: funding.targetBalance, fundingSchedule, paused: funding.paused };
  if (withFillupGoal) {
    if (fillupGoalId === null) await createFillup(tx, account, id, mirrored, context);
    else await mirrorToFillup(tx, fillupGoalId, mirrored, clock.now());
  } else if (fillupGoalId !== null) {
    await archiveLocked(tx, account, fillupGoalId, userId, clock);
    await tx.rows(unlinkFillup, [id]);
  }
}
