import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';

import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

const MAXIMUM_FORM_FIELDS = 200;
const MAXIMUM_UPLOADS = 4;

/** A file of a multipart body, received into a temporary file that goes when the request has ended. */
export class Upload {
  readonly path: string;
  readonly fileName: string;
  readonly byteCount: number;
  /** True when the file was longer than the configured maximum and was cut off there. */
  readonly isTooLarge: boolean;

  constructor(received: { path: string; fileName: string; byteCount: number; isTooLarge: boolean }) {
    this.path = received.path;
    this.fileName = received.fileName;
    this.byteCount = received.byteCount;
    this.isTooLarge = received.isTooLarge;
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** True when the body came as a form, whose values are all text. */
    isForm: boolean;
    uploads: Upload[];
  }
}

/**
 * Accepts JSON, urlencoded forms and multipart forms on every write operation, and an empty body as `{}` whatever its
 * Content-Type. Form values are text; `coerceForm` turns them into what the operation's schema expects.
 */
export async function registerBodyParsers(app: FastifyInstance, config: Config): Promise<void> {
  app.removeAllContentTypeParsers();
  app.decorateRequest('isForm', false);
  app.decorateRequest('uploads');

  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJson(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    request.isForm = true;
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  await app.register(multipart, {
    throwFileSizeLimit: false,
    limits: {
      fileSize: config.maximumUploadBytes,
      files: MAXIMUM_UPLOADS,
      fields: MAXIMUM_FORM_FIELDS,
      fieldSize: config.maximumBodyBytes,
      parts: MAXIMUM_FORM_FIELDS + MAXIMUM_UPLOADS,
    },
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    if (body.length === 0) done(null, {});
    else done(new AppError('unsupported_media_type'));
  });

  const directory = join(config.dataDirectory, 'uploads', 'incoming');
  app.addHook('preValidation', async (request) => {
    if (request.isMultipart()) {
      request.isForm = true;
      request.body = request.headers['content-length'] === '0' ? {} : await receiveMultipart(request, directory);
    } else if (request.method !== 'GET') {
      request.body ??= {};
    }
    const schema: unknown = request.routeOptions.schema?.body;
    if (request.isForm && schema instanceof z.ZodObject) request.body = coerceForm(schema, request.body);
  });
  app.addHook('onResponse', async (request) => {
    if (request.uploads?.length) await Promise.all(request.uploads.map((upload) => rm(upload.path, { force: true })));
  });
}

function parseJson(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch (error) {
    throw new AppError('parse_error', { detail: `JSON parse error - ${error instanceof Error ? error.message : 'malformed'}` });
  }
}

/** Reads a multipart body: fields as text (the last of one name counts), files into `directory`. */
async function receiveMultipart(request: FastifyRequest, directory: string): Promise<Record<string, unknown>> {
  const body = new Map<string, unknown>();
  request.uploads = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        if (part.valueTruncated) throw new AppError('payload_too_large');
        body.set(part.fieldname, part.value);
        continue;
      }
      await mkdir(directory, { recursive: true });
      const path = join(directory, uuidv7());
      await pipeline(part.file, createWriteStream(path));
      const upload = new Upload({ path, fileName: part.filename ?? '', byteCount: part.file.bytesRead, isTooLarge: part.file.truncated });
      request.uploads.push(upload);
      body.set(part.fieldname, upload);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    if (code.endsWith('_LIMIT')) throw new AppError('payload_too_large', { cause: error });
    throw new AppError('parse_error', { detail: 'Multipart form parse error', cause: error });
  }
  return Object.fromEntries(body);
}

/**
 * Turns the text of form fields into what a JSON body would have held: empty text is null where null is allowed, and
 * structured fields (objects, lists, any JSON) are JSON text. Flags and amounts are read from text by their schemas.
 */
export function coerceForm(schema: z.ZodObject, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const coerced = new Map<string, unknown>(Object.entries(body));
  for (const [field, fieldSchema] of Object.entries(schema.shape)) {
    const value = coerced.get(field);
    if (typeof value !== 'string') continue;
    if (value === '') {
      if (fieldSchema instanceof z.ZodType && fieldSchema.safeParse(null).success) coerced.set(field, null);
    } else if (isStructured(fieldSchema)) {
      coerced.set(field, parseStructured(value));
    }
  }
  return Object.fromEntries(coerced);
}

function parseStructured(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Left as text: the field's own schema says what it expects.
    return value;
  }
}

function isStructured(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) return isStructured(schema.unwrap());
  if (schema instanceof z.ZodPipe) return isStructured(schema.in);
  return schema instanceof z.ZodRecord || schema instanceof z.ZodArray || schema instanceof z.ZodObject || schema instanceof z.ZodUnknown;
}
