import { rm } from 'node:fs/promises';

import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import type { Config } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { incomingFolder } from '../../uploads.ts';
import { coerceForm, fileFieldsOf } from './form-fields.ts';
import { parseJson } from './json.ts';
import { FORM_LIMITS, receiveMultipart } from './multipart.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** True when the body came as a form, whose values are all text. */
    isForm: boolean;
    /** Paths of received files; removed before the answer is sent. */
    temporaryFiles: string[] | null;
  }
}

/**
 * Accepts JSON, urlencoded forms and multipart forms on every write operation, and an empty body as `{}` whatever its
 * Content-Type. Form values are text; `coerceForm` turns them into what the operation's schema expects.
 */
export async function registerBodyParsers(app: FastifyInstance, config: Config): Promise<void> {
  app.removeAllContentTypeParsers();
  app.decorateRequest('isForm', false);
  app.decorateRequest('temporaryFiles', null);

  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseBody(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    request.isForm = true;
    const text = String(body);
    if (hasTooManyFields(text)) done(new AppError('payload_too_large'));
    else done(null, Object.fromEntries(new URLSearchParams(text)));
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      ...FORM_LIMITS,
      fileSize: config.maximumUploadBytes,
      fieldSize: config.maximumBodyBytes,
      parts: FORM_LIMITS.fields + FORM_LIMITS.files,
    },
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) done(null, {});
    else done(new AppError('unsupported_media_type'));
  });

  app.addHook('preValidation', async (request) => {
    const schema: unknown = request.routeOptions.schema?.body;
    if (request.isMultipart()) {
      request.isForm = true;
      request.body = await multipartBody(request, schema, config);
    } else if (request.method !== 'GET') {
      request.body ??= {};
    }
    if (request.isForm && schema instanceof z.ZodObject) request.body = coerceForm(schema, request.body);
  });
  app.addHook('onSend', async (request) => {
    if (request.temporaryFiles) await Promise.all(request.temporaryFiles.map((path) => rm(path, { force: true })));
  });
}

async function multipartBody(request: FastifyRequest, schema: unknown, config: Config): Promise<Record<string, unknown>> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length === '0' && encoding === undefined) return {};
  return receiveMultipart(request, {
    directory: incomingFolder(config.dataDirectory),
    maximumUploadBytes: config.maximumUploadBytes,
    maximumTextBytes: config.maximumBodyBytes,
    fileFields: schema instanceof z.ZodObject ? fileFieldsOf(schema) : new Set(),
  });
}

/** Counts before anything is decoded: a MiB of short fields takes more than a second. */
function hasTooManyFields(form: string): boolean {
  let separators = 0;
  for (let at = form.indexOf('&'); at !== -1 && separators < FORM_LIMITS.fields; at = form.indexOf('&', at + 1)) separators += 1;
  return separators >= FORM_LIMITS.fields;
}

function parseBody(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('parse_error', { detail: `JSON parse error - ${error instanceof Error ? error.message : 'malformed'}` });
  }
}
