import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import type { Attack } from './attack.ts';
import type { Scene } from './scene.ts';
import { count, fromNewAddress, together, volley, type Answers, type Shot } from './send.ts';

const TOKEN = '/api/token/';
const JSON_BODY = { 'content-type': 'application/json' };
/** As much as a body may have. */
const MOST_BYTES = 1024 ** 2;
const HALF_SENT_REQUESTS = 300;
const HALF_SENT_MILLISECONDS = 4_000;

/** Of a MiB: far beyond what any body may have. */
const ENDLESS_CHUNKS = 40;

const repeated = (shot: () => Shot, times: number): Shot[] => Array.from({ length: times }, shot);

const anonymously = (contentType: string, body: Shot['body']): Shot => ({
  method: 'POST',
  path: TOKEN,
  headers: { 'content-type': contentType, ...fromNewAddress() },
  body,
});

/** Text fields and files for fields that take none, far beyond any bound, of unannounced length. */
function endlessForm(): Buffer[] {
  const field = Buffer.from('--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nnobody\r\n');
  const file = Buffer.from('--x\r\nContent-Disposition: form-data; name="password"; filename="f"\r\nContent-Type: text/plain\r\n\r\n');
  const chunk = Buffer.alloc(MOST_BYTES, 'a');
  return [field, file, ...Array.from({ length: ENDLESS_CHUNKS }, () => chunk)];
}

const manyParts = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'.repeat(18_000) + '--x--\r\n';

/** What anybody can send to where anybody may send a body, and what those do who are logged in. */
export const BODY_ATTACKS: readonly Attack[] = [
  {
    name: 'deep, wide and broken JSON, 1 MiB each',
    answers: ['400'],
    attack: async ({ url, owner }: Scene): Promise<Answers> => {
      const deep = '['.repeat(MOST_BYTES);
      const wide = `{${Array.from({ length: 80_000 }, (_, index) => `"f${index}":1`).join(',')}}`;
      const long = `[${'1,'.repeat(500_000)}1]`;
      const bodies = [deep, wide, long, deep.replaceAll('[', '{"a":').slice(0, MOST_BYTES)];
      const shots = bodies.flatMap((body) => repeated(() => anonymously('application/json', body), 8));
      const account: Shot = { method: 'POST', path: '/api/v1/bank-accounts/', headers: { ...JSON_BODY, ...owner }, body: `{"account_type":${'['.repeat(100_000)}}` };
      return together(await volley(url, shots, 8), await volley(url, repeated(() => account, 8), 8));
    },
  },
  {
    name: 'huge forms: urlencoded, of many parts, without an end',
    // The connection ends while the rest of the body is on its way.
    answers: ['413', 'EPIPE', 'ECONNRESET'],
    attack: async ({ url }: Scene): Promise<Answers> => {
      const pairs = repeated(() => anonymously('application/x-www-form-urlencoded', 'a=%C3%A9&'.repeat(110_000)), 10);
      const parts = repeated(() => anonymously('multipart/form-data; boundary=x', manyParts), 10);
      const endless = repeated(() => anonymously('multipart/form-data; boundary=x', endlessForm()), 6);
      return together(await volley(url, pairs, 5), await volley(url, parts, 5), await volley(url, endless, 3));
    },
  },
  {
    name: `${HALF_SENT_REQUESTS} half-sent requests, held open`,
    answers: ['no answer'],
    attack: ({ url }: Scene): Promise<Answers> => holdOpen(new URL(url)),
  },
];

/** Half of them stop within their headers, half within a body that they announced. */
async function holdOpen({ hostname, port }: URL): Promise<Answers> {
  const answers: Answers = new Map();
  const sockets: Socket[] = [];
  try {
    for (let index = 0; index < HALF_SENT_REQUESTS; index += 1) {
      const socket = connect(Number(port), hostname);
      sockets.push(socket);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const from = Object.entries(fromNewAddress()).map((header) => header.join(': '));
      const headers = [`POST ${TOKEN} HTTP/1.1`, `Host: ${hostname}`, ...from, 'Content-Type: application/json', 'Content-Length: 1000'].join('\r\n');
      socket.write(index % 2 === 0 ? headers : `${headers}\r\n\r\n{"username":`);
    }
    await delay(HALF_SENT_MILLISECONDS);
    for (const socket of sockets) count(answers, socket.readableLength > 0 ? 'answered' : 'no answer');
    return answers;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}
