import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { isUnavailable } from '../../db/failures.ts';
import { AppError, ERRORS, InvalidInput } from '../../errors.ts';
import { rememberRoutes } from './allowed-methods.ts';
import { fieldMessagesOf } from './field-errors.ts';
import { missingObjectFirst } from './object-exists.ts';

const RETRY_AFTER_SECONDS = 5;

/** Fastify's own failures that a client can cause, by their code. */
const FASTIFY_ERRORS: Record<string, (error: FastifyError) => AppError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new AppError('payload_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new AppError('unsupported_media_type'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => new AppError('parse_error', { detail: 'Request body size did not match Content-Length.' }),
};

/**
 * The one translation from failures to responses: an AppError says what it means, a database that cannot serve now is
 * 503, and anything else is a bug: 500 without details, logged with the request's id.
 */
export function registerErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const failure = await missingObjectFirst(failureOf(error), request).catch((lookup: unknown) => failureOf(lookup));
    if (failure.code === 'internal') request.log.error({ err: error }, 'unexpected failure');
    else if (failure.code === 'unavailable') logUnavailable(failure, request);
    return sendFailure(failure, request, reply);
  });
  const methodsOf = rememberRoutes(app);
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = methodsOf(request.url.split('?', 1)[0] ?? '/');
    // A route of this very method is here when what it serves, such as a stored file, is gone.
    if (allowed.length === 0 || allowed.includes(request.method)) return sendFailure(new AppError('not_found'), request, reply);
    reply.header('allow', allowed.join(', '));
    return sendFailure(new AppError('method_not_allowed', { detail: `Method "${request.method}" not allowed.` }), request, reply);
  });
}

/** A full queue is told to who floods it, and must not flood the log as well. */
function logUnavailable(failure: AppError, request: FastifyRequest): void {
  if (failure.cause === undefined) request.log.debug({ err: failure }, 'too much at once');
  else request.log.warn({ err: failure.cause }, 'unavailable');
}

/** Answers a path that cannot be decoded, which Fastify asks before any hook: there is nothing at it, so 404. */
export function answerUndecodablePath(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendFailure(new AppError('not_found'), request, reply);
}

function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // First what the request itself did: a client that goes away half-way resets a connection too, and it is not the database's.
  if (isClientError(error)) return clientFailureOf(error);
  if (isUnavailable(error)) return new AppError('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
  return new AppError('internal', { cause: error });
}

/** Fastify and its plugins mark what they found wrong with a request (a bad URL, header or body) by a 4xx status. */
function isClientError(error: unknown): error is FastifyError {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500;
}

function clientFailureOf(error: FastifyError): AppError {
  const known = FASTIFY_ERRORS[error.code];
  if (known) return known(error);
  if (error.statusCode === 413) return new AppError('payload_too_large');
  return new AppError('parse_error', { detail: 'Malformed request.' });
}

/** Writes a failure in the shape that the clients know. */
function sendFailure(failure: AppError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status } = ERRORS[failure.code];
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  // What is left of the body is not read: no other request can follow on this connection.
  if (status === 413) reply.header('connection', 'close');
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds);
  reply.code(status).header('content-type', 'application/json; charset=utf-8').serializer(JSON.stringify);
  if (failure instanceof InvalidInput) return reply.send(fieldMessagesOf(failure.issues));
  if (failure.code === 'token_not_valid') return reply.send({ detail: failure.detail, code: failure.code });
  if (failure.code === 'internal') return reply.send({ detail: failure.detail, request_id: request.id });
  return reply.send({ detail: failure.detail });
}
