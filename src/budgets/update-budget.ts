import type { Principal } from '../auth/principal.ts';
import { dateIn } from '../dates.ts';
import { assignmentsSql, valuesOf } from '../db/columns.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { isCompleteAfterRetarget } from './funding-amounts.ts';
import { floorsAfterChange } from './due-events.ts';
import type { FundingBudget } from './funding-input.ts';
import { BUDGET_DETAILS, type SentDetails } from './budget.columns.ts';
import { archiveLocked } from './archive-budget.ts';
import { findBudget, getBudget, type BudgetRow } from './budget.queries.ts';
import { normalSchedules } from './budget-schedules.ts';
import { requireAllowedChanges, type BudgetUpdate } from './allowed-changes.ts';
import { createFillup, mirrorToFillup } from './fillup-goal.ts';
import { fundingBudgetOf } from './funding-budget.ts';

const updateQuery = query<object>(`
UPDATE budgets SET name = $2, target_balance = $3, funding_amount = $4, funding_type = $5, target_date = $6, with_fillup_goal = $7, paused = $8,
  funding_schedule = $9, recurrance_schedule = $10, complete = $11, funding_floor = $12, recurrence_floor = $13, modified_at = $14,
  ${assignmentsSql(BUDGET_DETAILS, 15)}
WHERE id = $1`);

/** A budget's settings after a change: what funding sees of it, and the rest. */
interface ChangedBudget {
  funding: FundingBudget;
  fundingSchedule: string;
  withFillupGoal: boolean;
  details: SentDetails;
}

/**
 * Changes the settings of a budget; what is absent stays as it is. A fill-up follows its recurring budget, and comes
 * and goes with `withFillupGoal`.
 * @returns the budget as it is now
 * @throws AppError `not_found` when the principal sees no such budget
 * @throws InvalidInput for a field that cannot be changed, or a value that is not accepted
 */
export async function updateBudget(tx: Tx, principal: Principal, update: BudgetUpdate, now: Date): Promise<BudgetRow> {
  const { id } = update;
  const account = await lockVisibleBankAccountOf(tx, principal, 'budgets', id);
  const row = account && (await findBudget(tx, principal, id));
  if (!account || !row) throw new AppError('not_found');
  const after = changedBudget(row, update, account, now);
  const { funding } = after;
  await tx.rows(updateQuery, [
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
    funding.complete,
    funding.fundingFloor,
    funding.recurrenceFloor,
    now,
    ...valuesOf(BUDGET_DETAILS, after.details),
  ]);
  if (funding.budgetType === 'R') await updateFillup(tx, account, { ...after, actorId: principal.userId, maximumBudgets: update.maximumBudgets }, now);
  return getBudget(tx, principal, id);
}

function changedBudget(row: BudgetRow, update: BudgetUpdate, account: LockedBankAccount, now: Date): ChangedBudget {
  const before = fundingBudgetOf(row);
  const schedules = normalSchedules(update, before.scheduleAnchor);
  requireAllowedChanges(row, update, schedules, account);
  const targetBalance = update.targetBalance ?? before.targetBalance;
  const isUnallocated = row.id === account.unallocatedBudgetId;
  const fundingSchedule = schedules.fundingSchedule ?? row.funding_schedule;
  const settings: FundingBudget = {
    ...before,
    name: update.name ?? before.name,
    targetBalance,
    fundingAmount: update.fundingAmount === undefined ? before.fundingAmount : update.fundingAmount,
    fundingType: update.fundingType ?? before.fundingType,
    targetDate: update.targetDate === undefined ? before.targetDate : update.targetDate,
    paused: update.paused ?? before.paused,
    complete:
      !isUnallocated && isCompleteAfterRetarget(before.budgetType, before.complete, before.targetBalance, { targetBalance, balance: before.balance }),
    fundingSchedule,
    recurrenceSchedule: schedules.recurrenceSchedule === undefined ? row.recurrance_schedule : schedules.recurrenceSchedule,
  };
  return {
    funding: { ...settings, ...floorsAfterChange(before, settings, dateIn(now, row.timezone)) },
    fundingSchedule,
    withFillupGoal: update.withFillupGoal ?? row.with_fillup_goal,
    details: { ...row, ...withoutUndefined(update.details) },
  };
}

function withoutUndefined(details: SentDetails): SentDetails {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
}

const unlinkFillup = query<object>('UPDATE budgets SET fillup_goal_id = NULL WHERE id = $1');

async function updateFillup(
  tx: Tx,
  account: LockedBankAccount,
  { funding, fundingSchedule, withFillupGoal, actorId, maximumBudgets }: ChangedBudget & { actorId: number; maximumBudgets: number },
  now: Date,
): Promise<void> {
  const { id, fillupGoalId } = funding;
  const mirrored = { name: funding.name, targetBalance: funding.targetBalance, fundingSchedule, paused: funding.paused };
  if (withFillupGoal) {
    if (fillupGoalId === null) await createFillup(tx, account, { ...mirrored, parentId: id, maximumBudgets }, now);
    else await mirrorToFillup(tx, fillupGoalId, mirrored, now);
  } else if (fillupGoalId !== null) {
    await archiveLocked(tx, account, { budgetId: fillupGoalId, actorId }, now);
    await tx.rows(unlinkFillup, [id]);
  }
}
