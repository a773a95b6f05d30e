import type { FastifyInstance } from 'fastify';

import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

/** What browsers send in `Sec-Fetch-Site` for the user's own doing, and for pages of the origin that is asked. */
const OWN_SITES = new Set(['none', 'same-origin']);

/**
 * Refuses requests that a browser sends in the name of a page of another origin, on every route of this scope: 403 for an
 * `Origin` that is neither the server's own nor configured, and, unless it is configured, for a `Sec-Fetch-Site` that says
 * so (Fetch Metadata Request Headers, section 2.3). Clients that send neither header are not touched.
 */
export function registerOriginCheck(app: FastifyInstance, { corsOrigins, publicUrl }: Pick<Config, 'corsOrigins' | 'publicUrl'>): void {
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin !== undefined && corsOrigins.includes(origin)) {
      done();
      return;
    }
    // A page cannot choose the host that its request names, so an origin equal to it is that of a page of this server.
    const isOwn = origin === undefined || origin === publicOrigin || origin === URL.parse(`${request.protocol}://${request.host}`)?.origin;
    const isOwnSite = site === undefined || (typeof site === 'string' && OWN_SITES.has(site));
    done(isOwn && isOwnSite ? undefined : new AppError('origin_not_allowed'));
  });
}
