import type { FastifyInstance } from 'fastify';

import { AppError } from '../../errors.ts';

/** A name, an IPv4 address, or an IPv6 address in brackets; then perhaps a port (RFC 9110, section 7.2). */
const HOST_PATTERN = /^(?:[\w-][\w.-]{0,254}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Probes of balancers and containers name all kinds of hosts, or none, and learn nothing but that the process lives. */
const EXEMPT_PATH = '/healthz';

/** Says whether a text is a host name or an address, with a port or without. */
export function isHost(text: string): boolean {
  // The URL standard knows which numbers are addresses and ports.
  return HOST_PATTERN.test(text) && URL.canParse(`http://${text}`);
}

/**
 * Refuses requests whose `Host`, or `X-Forwarded-Host` of a trusted proxy, is missing, doubled or no host: links are made
 * from it. To be registered before all other hooks. Node's own check of a missing `Host` must be off: its answer has
 * another shape.
 */
export function registerHostCheck(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const isGood = !isDoubled(request.raw.rawHeaders) && isHost(request.headers.host ?? '') && isHost(request.host);
    done(isGood || request.routeOptions.url === EXEMPT_PATH ? undefined : new AppError('parse_error', { detail: 'The Host header must be a host name or an address, with a port or without.' }));
  });
}

/** Says whether names and values by turns hold more than one `Host`; Node keeps the first of them. */
function isDoubled(rawHeaders: readonly string[]): boolean {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1;
}
