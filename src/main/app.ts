import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import jwt from '@fastify/jwt';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';

import { allocationRoutes } from '../allocations/allocation.routes.ts';
import { tokenRoutes } from '../sessions/token.routes.ts';
import { bankAccountRoutes } from '../bank-accounts/bank-account.routes.ts';
import { bankRoutes } from '../banks/bank.routes.ts';
import { budgetRoutes } from '../budgets/budget.routes.ts';
import { currencyRoutes } from '../currencies/currency.routes.ts';
import { fileRoutes } from '../files/file.routes.ts';
import { fundingRoutes } from '../funding/funding.routes.ts';
import { healthRoutes } from '../health/health.routes.ts';
import { registerAuthentication } from '../auth/authenticate.ts';
import { registerOriginCheck } from '../auth/own-origin.ts';
import { registerBodyParsers } from '../api/input/body-parsers.ts';
import { registerHostCheck } from '../api/input/host-header.ts';
import { answerUndecodablePath, registerErrorHandler } from '../api/errors/error-handler.ts';
import { registerMetrics } from '../health/metrics.ts';
import { registerOpenApi } from '../api/openapi/serve-document.ts';
import { RateLimits, registerRateLimits } from '../auth/rate-limit.ts';
import { endConnections } from '../api/output/end-connections.ts';
import { keepFromCaches } from '../api/output/private-answers.ts';
import { registerSecurityHeaders } from '../api/output/security-headers.ts';
import { zodSerializerCompiler } from '../api/output/serializer.ts';
import { answerUnreadableRequest } from '../api/errors/unreadable-request.ts';
import { zodValidatorCompiler } from '../api/input/validation.ts';
import { internalTransactionRoutes } from '../internal-transactions/internal-transaction.routes.ts';
import { deriveServerKeys } from '../security/keys.ts';
import type { AppServices } from './services.ts';
import { splitRoutes } from '../transactions/split.routes.ts';
import { transactionRoutes } from '../transactions/transaction.routes.ts';
import { userRoutes } from '../users/user.routes.ts';

/** How long a request without an end may keep a connection. */
export const REQUEST_TIMEOUT_MILLISECONDS = 60_000;
/** Node takes no longer URL: so a path parameter of any length is looked for, and not found, like any other. */
const MAXIMUM_PATH_PARAMETER_CHARACTERS = 16_384;

/**
 * Builds the server. Nothing listens and nothing runs in the background: `start-server.ts` does that; tests inject into it.
 */
export async function buildApp(services: AppServices, log: FastifyBaseLogger): Promise<FastifyInstance> {
  const { config, clock, db, users } = services;
  const app = Fastify({
    loggerInstance: log,
    trustProxy: config.trustProxy,
    bodyLimit: config.maximumBodyBytes,
    // Answered here, in the shape of all failures: see `registerHostCheck`.
    http: { requireHostHeader: false },
    frameworkErrors: answerUndecodablePath,
    clientErrorHandler: answerUnreadableRequest,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    // Requests that still arrive on open connections while the server ends are served as ever: see `endConnections`.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAXIMUM_PATH_PARAMETER_CHARACTERS, querystringParser: (text) => Object.fromEntries(new URLSearchParams(text)) },
  });
  app.setValidatorCompiler(zodValidatorCompiler);
  app.setSerializerCompiler(zodSerializerCompiler);
  registerErrorHandler(app);
  endConnections(app);
  registerHostCheck(app);
  if (config.metrics) registerMetrics(app, db);

  registerSecurityHeaders(app, config.publicUrl?.startsWith('https:') ?? false);
  await app.register(cors, {
    origin: config.corsOrigins,
    credentials: true,
    // An OPTIONS that is no preflight of a browser is answered like one, not refused.
    strictPreflight: false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['Retry-After'],
  });
  await app.register(cookie);
  await app.register(jwt, { secret: deriveServerKeys(config.secretKey).accessToken, sign: { algorithm: 'HS256' }, verify: { algorithms: ['HS256'] } });
  registerRateLimits(app, new RateLimits(config.throttle, clock));
  await registerBodyParsers(app, config);
  await registerOpenApi(app);

  healthRoutes(app, services);
  await app.register((scope) => {
    keepFromCaches(scope);
    registerOriginCheck(scope, config);
    tokenRoutes(scope, services, services.login);
  });
  await fileRoutes(app, services, services.fileLinks);
  await app.register((scope) => {
    keepFromCaches(scope);
    registerAuthentication(scope, users);
    userRoutes(scope, services);
    bankRoutes(scope, services);
    currencyRoutes(scope);
    bankAccountRoutes(scope, services, services.encryption);
    budgetRoutes(scope, services);
    transactionRoutes(scope, services, { store: services.files, links: services.fileLinks });
    fundingRoutes(scope, services);
    splitRoutes(scope, services);
    allocationRoutes(scope, services);
    internalTransactionRoutes(scope, services);
  });
  return app;
}
