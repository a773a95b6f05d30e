import { createHash, createHmac, randomBytes } from 'node:crypto';

import { v7 as uuidv7 } from 'uuid';

import { formatInstant, type InstantText } from '../dates.ts';
import { query, type Queryable } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';

/** Each rotation starts these anew: whoever comes back within them stays logged in. */
export const REFRESH_TOKEN_LIFETIME_SECONDS = 14 * 86_400;
/** How long a rotated token still answers with its successor: two tabs may send the same one side by side. */
export const REPLAY_SECONDS = 10;

const TOKEN_BYTES = 32;
/** Both the first token of a family and its successors are 32 bytes in base64url. */
const TOKEN_CHARACTERS = 43;
/** Expired rows that one login or rotation clears away; each adds at most one. */
export const CLEANED_AT_ONCE = 100;

interface RefreshTokenRow {
  family_id: string;
  expires_at: InstantText;
  rotated_at: InstantText | null;
  revoked_at: InstantText | null;
}

// Every change of a user's families happens under the lock of the user's row: a rotation cannot add a token to a family
// that is being revoked, and a login cannot add a family to a user who is being deactivated. The mode is the one that
// lets other tables go on referring to the user.
const lockUserOfToken = query<{ id: number; is_active: boolean }>(
  'SELECT id, is_active FROM users WHERE id = (SELECT user_id FROM refresh_tokens WHERE token_hash = $1) FOR NO KEY UPDATE',
);
const lockUserWithPassword = query<{ id: number }>('SELECT id FROM users WHERE id = $1 AND is_active AND password_hash = $2 FOR NO KEY UPDATE');

const findToken = query<RefreshTokenRow>('SELECT family_id, expires_at, rotated_at, revoked_at FROM refresh_tokens WHERE token_hash = $1');

const findOwner = query<{ user_id: number }>(`SELECT t.user_id FROM refresh_tokens t JOIN users u ON u.id = t.user_id
  WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2 AND u.is_active`);

const insertToken = query<object>('INSERT INTO refresh_tokens (token_hash, family_id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)');
const markRotated = query<object>('UPDATE refresh_tokens SET rotated_at = $2 WHERE token_hash = $1');
const revokeFamily = query<object>('UPDATE refresh_tokens SET revoked_at = $2 WHERE family_id = $1 AND revoked_at IS NULL');
const revokeFamiliesOfUser = query<object>('UPDATE refresh_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL');

const deleteExpired = query<object>(`DELETE FROM refresh_tokens WHERE token_hash IN (
  SELECT token_hash FROM refresh_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT ${CLEANED_AT_ONCE} FOR UPDATE SKIP LOCKED)`);

/** What became of a refresh token that a client sent. */
export type Rotation =
  | { outcome: 'rotated'; userId: number; successor: string }
  /** Unknown, expired, revoked, or of a user who has been deactivated. */
  | { outcome: 'refused' }
  /** Sent again after its successor took over: someone has a copy, so the whole family has been revoked. */
  | { outcome: 'stolen'; userId: number };

/**
 * Begins a family of refresh tokens: a login.
 * @param passwordHash the hash that the password was checked against
 * @returns the first token, or undefined when the user was deactivated or given another password meanwhile
 */
export async function beginFamily(tx: Tx, userId: number, passwordHash: string, now: Date): Promise<string | undefined> {
  if (!(await tx.row(lockUserWithPassword, [userId, passwordHash]))) return undefined;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await addToken(tx, { token, familyId: uuidv7(), userId }, now);
  return token;
}

/**
 * Exchanges a refresh token for its successor. For ten seconds after the first exchange the same token gives the same
 * successor, even if that has been exchanged itself by then.
 * @param successorKey derives successors, so that the database holds nothing that opens a session
 */
export async function rotate(tx: Tx, token: string, successorKey: Buffer, now: Date): Promise<Rotation> {
  if (!isToken(token)) return { outcome: 'refused' };
  const hash = hashOf(token);
  const user = await tx.row(lockUserOfToken, [hash]);
  // Read only now: whoever held the lock may have rotated or revoked it.
  const row = await tx.row(findToken, [hash]);
  if (!user?.is_active || row?.revoked_at !== null || row.expires_at <= formatInstant(now)) return { outcome: 'refused' };
  const successor = createHmac('sha256', successorKey).update(token).digest('base64url');
  if (row.rotated_at === null) {
    await tx.rows(markRotated, [hash, now]);
    await addToken(tx, { token: successor, familyId: row.family_id, userId: user.id }, now);
  } else if (now.getTime() - new Date(row.rotated_at).getTime() > REPLAY_SECONDS * 1000) {
    await tx.rows(revokeFamily, [row.family_id, now]);
    return { outcome: 'stolen', userId: user.id };
  }
  return { outcome: 'rotated', userId: user.id, successor };
}

/** Ends the family of a token, whichever of its tokens that is: a logout. An unknown token ends nothing. */
export async function endFamilyOf(tx: Tx, token: string, now: Date): Promise<void> {
  if (!isToken(token)) return;
  const hash = hashOf(token);
  if (!(await tx.row(lockUserOfToken, [hash]))) return;
  const row = await tx.row(findToken, [hash]);
  if (row) await tx.rows(revokeFamily, [row.family_id, now]);
}

/** Ends all sessions of a user whose row this transaction has locked or changed. */
export async function endAllFamilies(tx: Tx, userId: number, now: Date): Promise<void> {
  await tx.rows(revokeFamiliesOfUser, [userId, now]);
}

/** @returns the id of the user whom a refresh token would be exchanged for, or undefined; nothing changes */
export async function ownerOfRefreshToken(db: Queryable, token: string, now: Date): Promise<number | undefined> {
  if (!isToken(token)) return undefined;
  return (await db.row(findOwner, [hashOf(token), now]))?.user_id;
}

async function addToken(tx: Tx, { token, familyId, userId }: { token: string; familyId: string; userId: number }, now: Date): Promise<void> {
  await tx.rows(insertToken, [hashOf(token), familyId, userId, now, new Date(now.getTime() + REFRESH_TOKEN_LIFETIME_SECONDS * 1000)]);
  await tx.rows(deleteExpired, [now]);
}

/** Says whether text is as long as a token: nothing else is hashed or looked for. */
function isToken(text: string): boolean {
  return text.length === TOKEN_CHARACTERS;
}

/** The tokens hold 256 random bits, so a plain hash cannot be searched backwards. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
