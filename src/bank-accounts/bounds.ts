import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { InvalidInput, issueOf, type Issue } from '../errors.ts';

// New accounts of one user wait for each other here: else those made side by side could pass the bound together.
const lockUser = query<object>('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE');
const countAccounts = query<{ count: number }>('SELECT count(*)::int AS count FROM bank_account_owners WHERE user_id = $1');

/** @throws InvalidInput on the whole input when the user owns as many accounts as one may, until the transaction ends */
export async function requireRoomForAccount(tx: Tx, userId: number, maximum: number): Promise<void> {
  await tx.rows(lockUser, [userId]);
  const { count = 0 } = (await tx.row(countAccounts, [userId])) ?? {};
  if (count >= maximum) throw new InvalidInput([{ path: [], code: 'too_many_bank_accounts', params: { count, maximum } }]);
}

/** @returns an issue when there are more aliases than an account may have */
export function aliasesIssue(aliases: readonly string[] | undefined, maximum: number): Issue | undefined {
  return aliases !== undefined && aliases.length > maximum ? issueOf('linkAliases', 'too_many_elements', { maximum }) : undefined;
}
