/**
 * Every failure that a client can see, named once: its HTTP status and its public text.
 * docs/errors.md lists the same codes; a test holds the two together.
 */
export const ERRORS = {
  parse_error: { status: 400, detail: 'JSON parse error' },
  invalid: { status: 400, detail: 'Invalid input.' },
  no_active_account: { status: 401, detail: 'No active account found with the given credentials' },
  no_refresh_cookie: { status: 401, detail: 'No refresh token cookie.' },
  not_authenticated: { status: 401, detail: 'Authentication credentials were not provided.' },
  token_not_valid: { status: 401, detail: 'Given token not valid for any token type' },
  user_inactive: { status: 401, detail: 'User is inactive' },
  permission_denied: { status: 403, detail: 'You do not have permission to perform this action.' },
  origin_not_allowed: { status: 403, detail: 'Requests from pages of this origin are not allowed.' },
  not_found: { status: 404, detail: 'Not found.' },
  invalid_page: { status: 404, detail: 'Invalid page.' },
  method_not_allowed: { status: 405, detail: 'Method not allowed.' },
  request_timeout: { status: 408, detail: 'The request took too long.' },
  payload_too_large: { status: 413, detail: 'Request body is too large.' },
  unsupported_media_type: { status: 415, detail: 'Unsupported media type in request.' },
  throttled: { status: 429, detail: 'Request was throttled.' },
  headers_too_large: { status: 431, detail: 'The URL or the headers of the request are too large.' },
  internal: { status: 500, detail: 'Internal server error.' },
  unavailable: { status: 503, detail: 'The service is temporarily unavailable. Try again shortly.' },
} as const satisfies Record<string, { status: number; detail: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** The errors of one request body or query, by field; `non_field_errors` concerns the whole object. */
export type FieldErrors = Record<string, string[]>;

/** A failure with a public meaning. `detail` replaces the registry's text where it can say more. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds after which the client may try again; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: { detail?: string; retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(options.detail ?? ERRORS[code].detail, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = this.message;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Input that names its fields: answered with 400 and `{"field": ["message", …]}`. */
export class FieldError extends AppError {
  readonly fields: FieldErrors;

  constructor(fields: FieldErrors) {
    super('invalid', { detail: Object.entries(fields).map(([field, messages]) => `${field}: ${messages.join(' ')}`).join('; ') });
    this.name = 'FieldError';
    this.fields = fields;
  }

  /** One message on one field. */
  static of(field: string, message: string): FieldError {
    return new FieldError({ [field]: [message] });
  }

  /** A message on the object as a whole. */
  static nonField(message: string): FieldError {
    return new FieldError({ non_field_errors: [message] });
  }
  /** A reference to an object that is not there, or not the user's: the two look the same. */
  static doesNotExist(field: string, id: string): FieldError {
    return FieldError.of(field, `Invalid pk "${id}" - object does not exist.`);
  }
}
