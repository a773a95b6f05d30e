import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';
import helmet, { type HelmetOptions } from 'helmet';

/** What does not concern an answer that no browser shows as a page (OWASP's REST Security Cheat Sheet). */
const FOR_PAGES_ONLY = {
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  // `frame-ancestors` below says the same.
  xFrameOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} as const satisfies HelmetOptions;

/**
 * Sends helmet's security headers: all of them with pages, the few that concern data with everything else. A route's own
 * come first. They are made once, on a response that nobody gets, and each answer takes them from there (@fastify/helmet
 * builds them anew for every request).
 * @param isHttps whether browsers may be told to insist on https: over plain http, at home, they must not
 */
export function registerSecurityHeaders(app: FastifyInstance, isHttps: boolean): void {
  const pageHeaders = headersOf({ hsts: isHttps, contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  const dataPolicy = { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } };
  const dataHeaders = headersOf({ hsts: isHttps, contentSecurityPolicy: dataPolicy, ...FOR_PAGES_ONLY });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    for (const [name, value] of isPage ? pageHeaders : dataHeaders) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
    done();
  });
}

function headersOf(options: HelmetOptions): [string, string][] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error) => {
    if (error instanceof Error) throw error;
  });
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}
