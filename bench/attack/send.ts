import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';

/** A request of an attacker. */
export interface Shot {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent chunk by chunk, without a Content-Length, when it is a list. */
  body?: string | readonly Buffer[] | undefined;
}

/** What attackers got: how often each status, or code of a failure. */
export type Answers = Map<string, number>;

/** Bounds on a volley: after so long no more shots are sent, and none is waited for longer than that. */
const VOLLEY_MILLISECONDS = 10_000;
const PATIENCE_MILLISECONDS = 30_000;

let addresses = 0;

/** The headers by which a request comes from an address of its own: the server under attack trusts this machine as a proxy. */
export function fromNewAddress(): Readonly<Record<string, string>> {
  addresses += 1;
  return { 'x-forwarded-for': `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}` };
}

/** Sends shots, so many at once, each over a connection of its own. */
export async function volley(url: string, shots: Iterable<Shot>, atOnce: number): Promise<Answers> {
  const answers: Answers = new Map();
  const left = shots[Symbol.iterator]();
  const ends = performance.now() + VOLLEY_MILLISECONDS;
  const attack = async (): Promise<void> => {
    for (let shot = left.next(); shot.done !== true && performance.now() < ends; shot = left.next()) {
      count(answers, await send(url, shot.value));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, attack));
  return answers;
}

/** Notes an answer. */
export function count(answers: Answers, answer: string): void {
  answers.set(answer, (answers.get(answer) ?? 0) + 1);
}

/** @returns what all of these got together */
export function together(...parts: readonly Answers[]): Answers {
  const answers: Answers = new Map();
  for (const [answer, times] of parts.flatMap((part) => [...part])) answers.set(answer, (answers.get(answer) ?? 0) + times);
  return answers;
}

async function send(url: string, shot: Shot): Promise<string> {
  const agent = new Agent({ keepAlive: false });
  try {
    return await answerTo(url, shot, agent);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    agent.destroy();
  }
}

async function answerTo(url: string, { method, path, headers = {}, body = '' }: Shot, agent: Agent): Promise<string> {
  const length = typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  const sent = request(`${url}${path}`, { agent, method, headers: { ...headers, ...length }, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  const answer = responseOf(sent);
  for (const chunk of typeof body === 'string' ? [body] : body) sent.write(chunk);
  sent.end();
  const response = await answer;
  response.resume();
  // Whoever refuses a body answers before it has all of it, and then closes: the answer counts.
  await once(response, 'close').catch(() => undefined);
  return String(response.statusCode);
}

/** @returns what answers a request, as soon as its headers are there */
export function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve);
    // More failures may follow the answer.
    sent.on('error', reject);
  });
}
