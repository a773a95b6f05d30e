import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { AppError, ERRORS } from '../../errors.ts';

/**
 * Answers what Node could not read as a request, in the shape of all failures. There is no request for the error handler
 * yet, so this writes to the connection itself, and closes it.
 */
export function answerUnreadableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const failure = failureOf(error.code);
  const { status } = ERRORS[failure.code];
  const body = JSON.stringify({ detail: failure.detail });
  const headers = ['content-type: application/json; charset=utf-8', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers, '', body].join('\r\n'));
  socket.destroySoon();
}

function failureOf(code: string | undefined): AppError {
  if (code === 'HPE_HEADER_OVERFLOW') return new AppError('headers_too_large');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new AppError('request_timeout');
  return new AppError('parse_error', { detail: 'Malformed request.' });
}
