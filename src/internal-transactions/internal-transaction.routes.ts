import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { AppError } from '../errors.ts';
import { principalOf } from '../auth/authenticate.ts';
import { instantFilter } from '../api/input/list-parameters.ts';
import { change, created } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import { createInternalTransaction } from './create-internal-transaction.ts';
import { presentInternalTransaction } from './internal-transaction.presenter.ts';
import { findInternalTransaction, listInternalTransactions } from './internal-transaction.queries.ts';
import { readInternalTransactionDraft } from './internal-transaction.requests.ts';
import { internalTransaction, internalTransactionFilters, internalTransactionList, internalTransactionRequest } from './internal-transaction.schemas.ts';

const tag = 'internal-transactions';

/** Internal transactions: moves of money between budgets. They are made and read, never changed. */
export function internalTransactionRoutes(instance: FastifyInstance, services: Services): void {
  const { db, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/internal-transactions/',
    {
      schema: operation({
        operationId: 'internal_transactions_list',
        tag,
        summary: 'List internal transactions',
        description: 'Moves of money between the budgets of your bank accounts, the latest first.',
        parts: { querystring: internalTransactionFilters, response: { 200: internalTransactionList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const principal = principalOf(request);
      const { timezone } = principal;
      const pages = listInternalTransactions(db, principal, {
        bankAccountId: query.bank_account,
        budgetId: query.budget,
        sourceBudgetId: query.src_budget,
        destinationBudgetId: query.dst_budget,
        dateFrom: instantFilter('date_from', query.date_from, timezone, 'from'),
        dateTo: instantFilter('date_to', query.date_to, timezone, 'to'),
        ordering: query.ordering,
      });
      const page = await paginate(request, query, pages, { db, config });
      return { ...page, results: page.results.map(presentInternalTransaction) };
    },
  );

  app.post(
    '/api/v1/internal-transactions/',
    {
      schema: operation({
        operationId: 'internal_transactions_create',
        tag,
        summary: 'Move money between budgets',
        description: 'Moves money between two budgets of one bank account. A past `effective_date` slots it in where it belongs.',
        parts: { body: internalTransactionRequest, response: { 201: internalTransaction } },
      }),
    },
    async (request, reply) => {
      const draft = readInternalTransactionDraft(request.body, principalOf(request).timezone);
      return change(services, request, reply, { bankAccountId: draft.bankAccount }, async (tx, principal, now) =>
        created(presentInternalTransaction(await createInternalTransaction(tx, principal, draft, now))),
      );
    },
  );

  app.get(
    '/api/v1/internal-transactions/:id/',
    {
      schema: operation({
        operationId: 'internal_transactions_retrieve',
        tag,
        summary: 'Retrieve an internal transaction',
        description: 'One internal transaction by its id.',
        parts: { params: idParameter, response: { 200: internalTransaction } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const row = await findInternalTransaction(db, principalOf(request), request.params.id);
      if (!row) throw new AppError('not_found');
      return presentInternalTransaction(row);
    },
  );
}
