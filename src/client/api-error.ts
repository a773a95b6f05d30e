/** A request that failed for good: the server's own words, or what kept it from being answered. */
export class ApiError extends Error {
  /** HTTP status, 0 when no answer arrived. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ApiError';
    this.status = status;
  }
}

/**
 * Writes an error body as one line: `{"detail": …}` as it is, field errors as `amount: A valid number is required.`
 * @param body the parsed JSON, or undefined when it was none.
 */
export function describeErrorBody(status: number, body: unknown): string {
  if (typeof body !== 'object' || body === null) return `The server answered ${status}.`;
  if ('detail' in body && typeof body.detail === 'string') return body.detail;
  const lines = Object.entries(body).map(([field, messages]: [string, unknown]) => {
    const text = (Array.isArray(messages) ? messages : [messages]).map(String).join(' ');
    return field === 'non_field_errors' ? text : `${field}: ${text}`;
  });
  return lines.length === 0 ? `The server answered ${status}.` : lines.join('; ');
}
