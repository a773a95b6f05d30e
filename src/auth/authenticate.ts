import type { FastifyInstance, FastifyRequest } from 'fastify';

import { AccessTokenReader } from './access-token.ts';
import { AppError } from '../errors.ts';
import { principalOfUser, type Principal } from './principal.ts';
import type { UserDirectory } from './user-directory.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set on every route behind `registerAuthentication`. */
    principal: Principal | null;
  }
}

/**
 * Demands a valid access token on every route of this scope.
 * Answers 401 when there is none (`not_authenticated`), or it is malformed, expired or of an unknown user
 * (`token_not_valid`), or its user has been deactivated (`user_inactive`).
 */
export function registerAuthentication(app: FastifyInstance, users: UserDirectory): void {
  const tokens = new AccessTokenReader(app.jwt);
  app.decorateRequest('principal', null);
  app.addHook('onRequest', async (request) => {
    const token = bearerTokenOf(request);
    if (token === undefined) throw new AppError('not_authenticated');
    const userId = tokens.read(token);
    const user = userId === undefined ? undefined : await users.find(userId);
    if (!user) throw new AppError('token_not_valid');
    if (!user.isActive) throw new AppError('user_inactive');
    request.principal = principalOfUser(user);
  });
}

/** The token of `Authorization: Bearer …` (RFC 6750, section 2.1), or undefined. */
function bearerTokenOf(request: FastifyRequest): string | undefined {
  return /^bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Who asks, on a route behind `registerAuthentication`. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new Error('a route without authentication asked who asks');
  return request.principal;
}

/** A hook for routes that only staff may use: 403 for everyone else who is logged in. */
export function requireStaff(request: FastifyRequest): Promise<void> {
  return principalOf(request).isStaff ? Promise.resolve() : Promise.reject(new AppError('permission_denied'));
}
