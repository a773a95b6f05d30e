import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { userOf } from '../http/authenticate.ts';
import { instantFilter } from '../http/list-query.ts';
import { idParameter, operation } from '../http/operation.ts';
import { paginate } from '../http/pagination.ts';
import type { Services } from '../services.ts';
import { createTransaction } from './create-transaction.ts';
import { deleteTransaction } from './delete-transaction.ts';
import { readTransactionDraft } from './transaction-draft.ts';
import { presentTransaction } from './transaction.presenter.ts';
import { findTransaction, transactionList as transactionPages } from './transaction.queries.ts';
import { transaction, transactionFilters, transactionList, transactionRequest } from './transaction.schemas.ts';
import { z } from 'zod';

const tag = 'transactions';

/** Transactions: what the bank reports. Paths and shapes as in the OpenAPI document. */
export function transactionRoutes(instance: FastifyInstance, { db, clock, config, linker }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const present = (row: Parameters<typeof presentTransaction>[0]): ReturnType<typeof presentTransaction> => presentTransaction(row, (name) => name);

  app.get(
    '/api/v1/transactions/',
    {
      schema: operation({
        operationId: 'transactions_list',
        tag,
        summary: 'List transactions',
        description: 'The transactions of all your bank accounts, newest first.',
        parts: { querystring: transactionFilters, response: { 200: transactionList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const { id, timezone } = userOf(request);
      const page = await paginate(
        request,
        query,
        transactionPages(db, id, {
          bankAccountId: query.bank_account,
          pending: query.pending,
          transactionType: query.transaction_type,
          dateFrom: instantFilter('date_from', query.date_from, timezone, 'from'),
          dateTo: instantFilter('date_to', query.date_to, timezone, 'to'),
          postedDateFrom: instantFilter('posted_date_from', query.posted_date_from, timezone, 'from'),
          postedDateTo: instantFilter('posted_date_to', query.posted_date_to, timezone, 'to'),
          search: query.search,
          ordering: query.ordering,
        }),
        config.publicUrl,
      );
      return { ...page, results: page.results.map(present) };
    },
  );

  app.post(
    '/api/v1/transactions/',
    {
      schema: operation({
        operationId: 'transactions_create',
        tag,
        summary: 'Create a transaction',
        description: "Moves the account's balances and puts the whole amount into one allocation to Unallocated.",
        parts: { body: transactionRequest, response: { 201: transaction } },
      }),
    },
    async (request, reply) => {
      const user = userOf(request);
      const draft = readTransactionDraft(request.body, user.timezone);
      const row = await inTransaction(db, (tx) => createTransaction(tx, draft, user.id, clock));
      linker.wake(row.bank_account_id);
      return reply.code(201).send(present(row));
    },
  );

  app.get(
    '/api/v1/transactions/:id/',
    {
      schema: operation({
        operationId: 'transactions_retrieve',
        tag,
        summary: 'Retrieve a transaction',
        description: 'One transaction by its id.',
        parts: { params: idParameter, response: { 200: transaction } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const row = await findTransaction(db, request.params.id, userOf(request).id);
      if (!row) throw new AppError('not_found');
      return present(row);
    },
  );

  app.delete(
    '/api/v1/transactions/:id/',
    {
      schema: operation({
        operationId: 'transactions_destroy',
        tag,
        summary: 'Delete a transaction',
        description: 'Reverses everything that the transaction did to balances, allocations and links.',
        parts: { params: idParameter, response: { 204: z.null().describe('Deleted.') } },
        errors: ['not_found'],
      }),
    },
    async (request, reply) => {
      await inTransaction(db, (tx) => deleteTransaction(tx, request.params.id, userOf(request).id, clock));
      return reply.code(204).send(null);
    },
  );
}
