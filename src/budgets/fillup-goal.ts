import { accountToday } from '../bank-accounts/first-owner.ts';
import { query } from '../db/database.ts';
import { AppError } from '../errors.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { Decimal } from '../money.ts';
import { DEFAULT_FUNDING_TYPE } from './budget-types.ts';
import { completeSql } from './completion.ts';
import { insertBudget, type NewBudget } from './insert-budget.ts';

const SUFFIX = ' Fill-up';
const MAXIMUM_NAME_CHARACTERS = 200;

/** What a fill-up always has from its recurring budget. */
export interface MirroredSettings {
  name: string;
  targetBalance: Decimal;
  fundingSchedule: string;
  paused: boolean;
}

/** The name of a budget's fill-up: the budget's own, cut so that both fit. */
export function fillupName(name: string): string {
  const kept = Array.from(name).slice(0, MAXIMUM_NAME_CHARACTERS - SUFFIX.length).join('');
  return `${kept.trimEnd()}${SUFFIX}`;
}

const linkQuery = query<object>('UPDATE budgets SET fillup_goal_id = $2 WHERE id = $1');

/** A fill-up to be made. */
export interface NewFillup extends MirroredSettings {
  /** The recurring budget, which has none yet. */
  parentId: string;
  maximumBudgets: number;
}

/**
 * Makes the fill-up of a recurring budget: the budget that collects its money between recurrences.
 * @throws InvalidInput when the account has as many budgets as it may
 */
export async function createFillup(tx: Tx, account: LockedBankAccount, fillup: NewFillup, now: Date): Promise<void> {
  const { parentId, name, targetBalance, fundingSchedule, paused, maximumBudgets } = fillup;
  const settings: NewBudget = {
    name: fillupName(name),
    budgetType: 'A',
    fundingType: DEFAULT_FUNDING_TYPE,
    targetBalance,
    fundingAmount: null,
    targetDate: null,
    withFillupGoal: false,
    paused,
    fundingSchedule,
    recurrenceSchedule: null,
    details: {},
    anchor: await accountToday(tx, account.id, now),
    maximumBudgets,
  };
  const id = await insertBudget(tx, account, settings, now);
  await tx.rows(linkQuery, [parentId, id]);
}

const mirrorQuery = query<object>(`
WITH target AS (SELECT id, is_unallocated, budget_type, balance, complete, $3::numeric AS target_balance FROM budgets WHERE id = $1)
UPDATE budgets b SET name = $2, target_balance = t.target_balance, funding_schedule = $4, paused = $5, modified_at = $6,
  complete = ${completeSql('t', 't.balance')}
FROM target t
WHERE b.id = t.id AND (b.name, b.target_balance, b.funding_schedule, b.paused) IS DISTINCT FROM ($2, t.target_balance, $4, $5)`);

/** Brings a fill-up in line with its recurring budget after that has changed. */
export async function mirrorToFillup(tx: Tx, fillupId: string, settings: MirroredSettings, now: Date): Promise<void> {
  await tx.rows(mirrorQuery, [
    fillupId,
    fillupName(settings.name),
    settings.targetBalance.toFixed(),
    settings.fundingSchedule,
    settings.paused,
    now,
  ]);
}

/**
 * Refuses what only the recurring budget of a fill-up can do.
 * @param parent the recurring budget that a budget belongs to; null when it is no fill-up
 * @throws AppError `fillup_belongs_to_parent`
 */
export function refuseForFillup(parent: { name: string; id: string } | null): void {
  if (parent) throw new AppError('fillup_belongs_to_parent', { params: { name: parent.name, id: parent.id } });
}
