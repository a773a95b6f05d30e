import { accountToday } from '../bank-accounts/first-owner.ts';
import type { Bounds } from '../config.ts';
import type { Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { Decimal } from '../money.ts';
import { DEFAULT_FUNDING_TYPE } from './budget-types.ts';
import { completeSql } from './completion.ts';
import { insertBudget } from './insert-budget.ts';

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

const linkStatement = statement<object>('UPDATE budgets SET fillup_goal_id = $2 WHERE id = $1');

/**
 * Makes the fill-up of a recurring budget: the budget that collects its money between recurrences.
 * @param parentId the recurring budget, which has none yet
 * @throws FieldError when the account has as many budgets as it may
 */
export async function createFillup(
  tx: Tx,
  account: LockedBankAccount,
  parentId: string,
  settings: MirroredSettings,
  { clock, bounds }: { clock: Clock; bounds: Bounds },
): Promise<void> {
  const today = await accountToday(tx, account.id, clock);
  const id = await insertBudget(
    tx,
    account,
    {
      ...settings,
      name: fillupName(settings.name),
      budgetType: 'A',
      fundingType: DEFAULT_FUNDING_TYPE,
      fundingAmount: null,
      targetDate: null,
      withFillupGoal: false,
      recurranceSchedule: null,
      memo: null,
      autoSpend: null,
    },
    today,
    clock.now(),
    bounds.budgetsOfAccount,
  );
  await tx.rows(linkStatement, [parentId, id]);
}

const mirrorStatement = statement<object>(`
WITH target AS (SELECT id, is_unallocated, budget_type, balance, complete, $3::numeric AS target_balance FROM budgets WHERE id = $1)
UPDATE budgets b SET name = $2, target_balance = t.target_balance, funding_schedule = $4, paused = $5, modified_at = $6,
  complete = ${completeSql('t', 't.balance')}
FROM target t
WHERE b.id = t.id AND (b.name, b.target_balance, b.funding_schedule, b.paused) IS DISTINCT FROM ($2, t.target_balance, $4, $5)`);

/** Brings a fill-up in line with its recurring budget after that has changed. */
export async function mirrorToFillup(tx: Tx, fillupId: string, settings: MirroredSettings, now: Date): Promise<void> {
  await tx.rows(mirrorStatement, [
    fillupId,
    fillupName(settings.name),
    settings.targetBalance.toFixed(),
    settings.fundingSchedule,
    settings.paused,
    now,
  ]);
}

/**
 * Why a budget that has a parent refuses what only the parent can do.
 * @param parent the recurring budget that it belongs to
 */
export function belongsToParent(parent: { name: string; id: string }): string {
  return `This budget is the fill-up of the recurring budget "${parent.name}" (${parent.id}): change that one instead.`;
}
