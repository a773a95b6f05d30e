import type { FastifyInstance } from 'fastify';

/** What every answer carries, data as well as pages (OWASP's REST Security Cheat Sheet). */
const ALWAYS: Readonly<Record<string, string>> = {
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** Data is no page, in no frame. */
const DATA_HEADERS: Readonly<Record<string, string>> = {
  ...ALWAYS,
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
};

/** What helmet sends with a page, but that a page of a server at home may stay on plain http. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...ALWAYS,
  'content-security-policy':
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;" +
    "object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline'",
  'cross-origin-opener-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

const HTTPS_ONLY = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' };

/**
 * Sends security headers: all of them with pages, the few that concern data with everything else. A route's own come first.
 * They never change, so that they stand here instead of being built for each request.
 * @param isHttps whether browsers may be told to insist on https: over plain http, at home, they must not
 */
export function registerSecurityHeaders(app: FastifyInstance, isHttps: boolean): void {
  const listOf = (headers: Readonly<Record<string, string>>): [string, string][] => Object.entries(isHttps ? { ...headers, ...HTTPS_ONLY } : headers);
  const pageHeaders = listOf(PAGE_HEADERS);
  const dataHeaders = listOf(DATA_HEADERS);
  app.addHook('onSend', (_request, reply, _payload, done) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    for (const [name, value] of isPage ? pageHeaders : dataHeaders) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
    done();
  });
}
