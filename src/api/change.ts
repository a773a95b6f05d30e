import type { FastifyRequest } from 'fastify';

import { principalOf } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import type { Database } from '../db/database.ts';
import { findBankAccountIdOf, type AccountTable } from '../ledger/lock-bank-account.ts';
import type { Mutations } from '../mutations/mutate.ts';
import type { Tx } from '../mutations/transaction.ts';

/** What a change answers, made inside of its transaction from what it did. */
export interface Answer<Body> {
  status: 200 | 201 | 204;
  body: Body;
}

/** 200 with what the change made of the object. */
export function changed<Body>(body: Body): Answer<Body> {
  return { status: 200, body };
}

/** 201 with the new object. */
export function created<Body>(body: Body): Answer<Body> {
  return { status: 201, body };
}

/** 204, without a body. */
export const NOTHING_LEFT: Answer<null> = { status: 204, body: null };

/** What a change is about: a bank account, something that belongs to one, or neither. */
export interface Subject {
  bankAccountId?: string | undefined;
  rowOf?: { table: AccountTable; id: string };
}

/**
 * Runs the change that a request asks for through the one door, and sets the status of its reply.
 * @param work calls one verb and presents what it returns; it may run more than once
 * @returns the body to send
 */
export async function change<Body>(
  { db, mutations }: { db: Database; mutations: Mutations },
  request: FastifyRequest,
  reply: { statusCode: number },
  { bankAccountId, rowOf }: Subject,
  work: (tx: Tx, principal: Principal, now: Date) => Promise<Answer<Body>>,
): Promise<Body> {
  const principal = principalOf(request);
  const bankAccount = rowOf ? () => findBankAccountIdOf(db, rowOf.table, rowOf.id) : bankAccountId;
  const { status, body } = await mutations.runInTurn({ userId: principal.userId, bankAccount, log: request.log }, (tx, now) => work(tx, principal, now));
  reply.statusCode = status;
  return body;
}
