/**
 * A write to an object that does not exist, or is someone else's, is 404 whatever its body says: the clients know an API
 * that looks for the object first. Here the body is checked first, because that costs no query; so a route with an id in
 * its path and a body declares `config: objectExists(…)`, and only a request that is refused anyway asks whether its
 * object is there.
 */
import type { FastifyRequest } from 'fastify';

import { AppError, ERRORS } from '../../errors.ts';
import type { Principal } from '../../auth/principal.ts';
import { principalOf } from '../../auth/authenticate.ts';
import { idParameter } from '../operation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Says whether the object that the path names exists for the user of the request. */
    exists?: (request: FastifyRequest) => Promise<boolean>;
  }
}

/** The failures that lie in the body of a request: a parser's, or a check's. */
const BODY_FAILURES = new Set<number>([400, 413, 415]);

/**
 * The `config` of a route whose path ends in, or contains, the id of an object.
 * @param find says whether the principal sees an object with this id
 */
export function objectExists(find: (principal: Principal, id: string) => Promise<boolean>): { exists: (request: FastifyRequest) => Promise<boolean> } {
  return {
    exists: async (request) => {
      // A body that cannot even be parsed fails before the path is checked.
      const path = idParameter.safeParse(request.params);
      return path.success && (await find(principalOf(request), path.data.id));
    },
  };
}

/** @returns `not_found` instead of what is wrong with the body, where the route's object does not exist */
export async function missingObjectFirst(failure: AppError, request: FastifyRequest): Promise<AppError> {
  const { exists } = request.routeOptions.config;
  if (!exists || !BODY_FAILURES.has(ERRORS[failure.code].status)) return failure;
  return (await exists(request)) ? failure : new AppError('not_found');
}
