import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { expect, it } from 'vitest';

import { useServer } from '../support/app.ts';

const server = useServer();

it.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400, 'Malformed request.'],
  ['a URL that is too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431, 'The URL or the headers of the request are too large.'],
  ['a chunk without a length', 'POST /api/token/ HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 400, 'Malformed request.'],
])('answers %s in the shape of all failures, and closes the connection', async (_what, sent, status, detail) => {
  const socket = connect((server.app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(sent);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} .*content-type: application/json; charset=utf-8.*connection: close$`, 's'));
  expect(JSON.parse(body)).toEqual({ detail });
});
