import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { stringify } from 'yaml';

import { openApiTransform, openApiTransformObject } from './transform.ts';

const SCHEMA_PATH = '/api/v1/schema/';
const SWAGGER_UI_PATH = '/api/v1/schema/swagger-ui';
const REDOC_PATH = '/api/v1/schema/redoc';
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';

/** What counts against the limit of those without a token: pages and documents, but not the assets that pages load. */
const COUNTED_PATHS = new Set([SCHEMA_PATH, ...['', '/', '/json', '/yaml'].map((path) => SWAGGER_UI_PATH + path), `${REDOC_PATH}/`]);

const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="130" height="40"><text x="0" y="28" font-family="sans-serif" font-size="26" fill="white">mibudge</text></svg>';

const DESCRIPTION = `REST API of mibudge, a self-hosted server for envelope budgeting.

**Logging in.** \`POST /api/token/\` with username and password answers an access token, which lives for an hour and goes into the
\`Authorization: Bearer\` header, and sets a refresh token as an HttpOnly cookie, which \`POST /api/token/refresh/\` reads.

**Money.** Amounts are decimal strings; beside each stands its ISO 4217 currency. Requests may send a string or a number.

**Time.** Timestamps are ISO 8601 in UTC. A date alone, or a timestamp without an offset, is read in your timezone.

**Errors.** \`{"field": ["message"]}\` for fields, \`{"non_field_errors": [...]}\` for the whole object, \`{"detail": "..."}\` for all else.
An object of another user's account looks exactly like one that does not exist.`;

const TAGS = [
  { name: 'token', description: 'Logging in, staying logged in, logging out.' },
  { name: 'users', description: 'Profiles. Your own is `users/me/`; the others are for staff.' },
  { name: 'banks', description: 'Reference data, shared by all users.' },
  { name: 'currencies', description: 'ISO 4217 currencies in use.' },
  { name: 'bank-accounts', description: 'Accounts at a bank, and what imports and funding do with them.' },
  { name: 'budgets', description: 'Envelopes: every cent of an account is in exactly one of its budgets.' },
  { name: 'transactions', description: 'What the bank reports, and how it is spread over budgets.' },
  { name: 'allocations', description: "The parts of transactions that fall into budgets." },
  { name: 'internal-transactions', description: 'Moves of money between two budgets of one account.' },
  { name: 'funding', description: 'What the funding engine did, and what it is going to do.' },
];

/**
 * Generates the OpenAPI 3.1 document from the routes' zod schemas and serves it, with Swagger UI and ReDoc beside it.
 * To be registered before the routes. Assets come from packages: nothing is fetched from elsewhere.
 */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (COUNTED_PATHS.has(route.url)) route.config = { ...route.config, throttle: 'address' };
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'mibudge API', version: '1.0.0', description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/', description: 'This server' }],
      tags: TAGS,
      components: { securitySchemes: { jwtAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The `access` that `POST /api/token/` answers.' } } },
    },
    transform: openApiTransform,
    transformObject: openApiTransformObject,
  });
  await app.register(swaggerUi, {
    routePrefix: SWAGGER_UI_PATH,
    uiConfig: { persistAuthorization: false, displayOperationId: true, tryItOutEnabled: true },
    logo: { type: 'image/svg+xml', content: Buffer.from(LOGO), href: '/', target: '_self' },
    theme: { title: 'mibudge API' },
  });

  let yaml: string | undefined;
  app.get(SCHEMA_PATH, { schema: { hide: true } }, async (request, reply) => {
    const query: unknown = request.query;
    const json = typeof query === 'object' && query !== null && 'format' in query && query.format === 'json';
    if (json) return reply.type('application/json; charset=utf-8').serializer(JSON.stringify).send(app.swagger());
    return reply.type('application/yaml; charset=utf-8').send((yaml ??= openApiYaml(app)));
  });
  await registerRedoc(app);
}

/** The document as YAML, without anchors: not every reader of OpenAPI follows them. @param app must be ready */
export function openApiYaml(app: FastifyInstance): string {
  return stringify(app.swagger(), { aliasDuplicateObjects: false, lineWidth: 120 });
}

async function registerRedoc(app: FastifyInstance): Promise<void> {
  const schema = { hide: true };
  const page = await readFile(new URL('./redoc.html', import.meta.url), 'utf8');
  app.get(`${REDOC_PATH}/`, { schema }, (_request, reply) => {
    // ReDoc styles itself and searches in a worker; everything else stays forbidden.
    reply.header(
      'content-security-policy',
      "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    return reply.type('text/html; charset=utf-8').send(page);
  });

  const bundle = await readFile(createRequire(import.meta.url).resolve('redoc/bundles/redoc.standalone.js'), 'utf8');
  // It would fetch its maker's logo from elsewhere.
  const script = Buffer.from(bundle.replaceAll(REDOC_LOGO, 'data:,'));
  app.get(`${REDOC_PATH}/assets/redoc.standalone.js`, { schema }, (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=86400').send(script),
  );
}
