import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { FieldError } from '../errors.ts';

// New accounts of one user wait for each other here: else those made side by side could pass the bound together.
const lockUser = statement<object>('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE');
const countAccounts = statement<{ count: number }>('SELECT count(*)::int AS count FROM bank_account_owners WHERE user_id = $1');

/** @throws FieldError on the whole object when the user owns as many accounts as one may, until the transaction ends */
export async function requireRoomForAccount(tx: Tx, userId: number, maximum: number): Promise<void> {
  await tx.rows(lockUser, [userId]);
  const { count = 0 } = (await tx.row(countAccounts, [userId])) ?? {};
  if (count >= maximum) throw FieldError.nonField(`You own ${count} bank accounts; a user may own ${maximum}.`);
}

/** @throws FieldError on `link_aliases` when there are more than an account may have */
export function requireFewAliases(aliases: readonly string[] | undefined, maximum: number): void {
  if (aliases !== undefined && aliases.length > maximum) throw FieldError.of('link_aliases', `Ensure this field has no more than ${maximum} elements.`);
}
