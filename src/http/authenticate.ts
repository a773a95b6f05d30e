import type { FastifyInstance, FastifyRequest } from 'fastify';

import { statement, type Database } from '../db/database.ts';
import { AppError } from '../errors.ts';

/** The user that a request's access token names. */
export interface AuthenticatedUser {
  id: number;
  username: string;
  isStaff: boolean;
  /** IANA name; days and timestamps without an offset are read in it. */
  timezone: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind `authenticate`. */
    account: AuthenticatedUser | null;
  }
}

const findUser = statement<{ id: number; username: string; is_staff: boolean; is_active: boolean; timezone: string }>(
  'SELECT id, username, is_staff, is_active, timezone FROM users WHERE id = $1',
);

/**
 * Demands a valid access token on every route of this scope.
 * Answers 401 when there is none (`not_authenticated`), or it is malformed, expired or of an unknown user
 * (`token_not_valid`), or its user has been deactivated (`user_inactive`).
 */
export function registerAuthentication(app: FastifyInstance, db: Database): void {
  app.decorateRequest('account', null);
  app.addHook('onRequest', async (request) => {
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || rest.length > 0) throw new AppError('not_authenticated');
    const userId = userIdOf(app, token);
    const user = userId === undefined ? undefined : await db.row(findUser, [userId]);
    if (!user) throw new AppError('token_not_valid');
    if (!user.is_active) throw new AppError('user_inactive');
    request.account = { id: user.id, username: user.username, isStaff: user.is_staff, timezone: user.timezone };
  });
}

function userIdOf(app: FastifyInstance, token: string): number | undefined {
  try {
    const claims: unknown = app.jwt.verify(token);
    if (typeof claims !== 'object' || claims === null || !('user_id' in claims) || !('token_type' in claims)) return undefined;
    return typeof claims.user_id === 'number' && Number.isSafeInteger(claims.user_id) && claims.token_type === 'access' ? claims.user_id : undefined;
  } catch {
    return undefined;
  }
}

/** The user of a request behind `authenticate`. */
export function userOf(request: FastifyRequest): AuthenticatedUser {
  if (!request.account) throw new Error('a route without authentication asked for its user');
  return request.account;
}
