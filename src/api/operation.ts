import { z } from 'zod';

import { ERRORS, type ErrorCode } from '../errors.ts';

const BODY_TYPES = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];

const fieldErrors = z
  .record(z.string(), z.array(z.string()))
  .meta({ id: 'FieldErrors', description: 'Messages by field; `non_field_errors` concerns the whole object.', examples: [{ amount: ['A valid number is required.'] }] });
const detail = z
  .object({ detail: z.string(), code: z.string().optional() })
  .meta({ id: 'Detail', description: 'What went wrong.', examples: [{ detail: 'Not found.' }] });
const fieldErrorsOrDetail = z.union([fieldErrors, detail]).meta({
  description: 'The request is not what the operation accepts.',
  examples: [{ amount: ['A valid number is required.'] }],
});

interface OperationOptions<Parts> {
  operationId: string;
  tag: string;
  summary: string;
  description: string;
  /** Without a token: the token endpoints and reference pages. */
  public?: boolean;
  parts: Parts;
  /** Failures beyond those that every operation can have. */
  errors?: readonly ErrorCode[];
}

interface OperationParts {
  params?: z.ZodType;
  querystring?: z.ZodType;
  body?: z.ZodType;
  response: Record<number, z.ZodType>;
}

/** What fastify needs to know of one operation. */
export type OperationSchema<Parts> = Parts & {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  consumes?: string[];
  security: Record<string, string[]>[];
};

/**
 * Describes one operation: its zod schemas validate requests, serialise answers and become the OpenAPI document.
 * Adds what all operations share: body types, security and error responses.
 */
export function operation<const Parts extends OperationParts>(options: OperationOptions<Parts>): OperationSchema<Parts> {
  const { parts } = options;
  const codes: ErrorCode[] = [...(options.errors ?? [])];
  if (!options.public) codes.push('not_authenticated', 'token_not_valid', 'user_inactive');
  if (parts.body) codes.push('payload_too_large', 'unsupported_media_type');
  codes.push('throttled', 'unavailable');
  return {
    ...parts,
    operationId: options.operationId,
    tags: [options.tag],
    summary: options.summary,
    description: options.description,
    ...(parts.body ? { consumes: BODY_TYPES } : {}),
    security: options.public ? [] : [{ jwtAuth: [] }],
    response: { ...failures(codes, parts.body !== undefined || parts.querystring !== undefined), ...parts.response },
  };
}

/** The answers to failures, by status; each shows every text that it can have. */
function failures(codes: readonly ErrorCode[], readsInput: boolean): Record<number, z.ZodType> {
  const detailsByStatus = new Map<number, Set<string>>();
  for (const code of codes) {
    const details = detailsByStatus.get(ERRORS[code].status) ?? new Set();
    detailsByStatus.set(ERRORS[code].status, details.add(ERRORS[code].detail));
  }
  const answers: Record<number, z.ZodType> = readsInput ? { 400: fieldErrorsOrDetail } : {};
  for (const [status, details] of detailsByStatus) {
    answers[status] ??= detail.meta({ description: [...details].join(' / '), examples: [...details].map(failureBody) });
  }
  return answers;
}

function failureBody(text: string): z.output<typeof detail> {
  return { detail: text, ...(text === ERRORS.token_not_valid.detail ? { code: 'token_not_valid' } : {}) };
}

/** The path parameter of every object. */
export const idParameter = z.object({
  id: z
    .guid()
    .transform((value) => value.toLowerCase())
    .meta({ override: { type: 'string', format: 'uuid' }, description: 'The id of the object.' }),
});
