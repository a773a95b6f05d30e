import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { presentAllocation } from '../allocations/allocation.presenter.ts';
import { allocationsOfTransaction } from '../allocations/allocation.queries.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import type { PageSource } from '../db/page-source.ts';
import { splitTransaction } from './split-transaction.ts';
import { readSplits, splitResponse, splitParameters, transactionSplitsRequest } from './split.schemas.ts';
import { transactionExists } from './transaction.queries.ts';

/** Splits: spreading a transaction over budgets. */
export function splitRoutes(instance: FastifyInstance, services: Services): void {
  const { db } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post(
    '/api/v1/transactions/:id/splits/',
    {
      config: objectExists((principal, id) => transactionExists(db, principal, id)),
      schema: operation({
        operationId: 'transactions_splits_create',
        tag: 'transactions',
        summary: 'Split a transaction',
        description:
          'Reconciles the allocations of a transaction to the given budgets and positive amounts; the remainder goes to Unallocated. ' +
          'Answers with all its allocations in order of creation, as an array; as a page of a list when `page` or `page_size` is given.',
        parts: { params: idParameter, querystring: splitParameters, body: transactionSplitsRequest, response: { 200: splitResponse } },
        errors: ['not_found'],
      }),
    },
    async (request, reply) => {
      // Two shapes: the compiled serialiser would try out which one each answer is.
      reply.type('application/json; charset=utf-8').serializer(JSON.stringify);
      const { query } = request;
      const { id } = request.params;
      const splits = readSplits(request.body.splits);
      // A page that does not exist is refused before the commit: a failure changes nothing.
      return change(services, request, reply, { rowOf: { table: 'transactions', id } }, async (tx, principal, now) => {
        await splitTransaction(tx, principal, { id, splits }, now);
        const allocations = (await allocationsOfTransaction(tx, id)).map(presentAllocation);
        const isPage = query.page !== undefined || query.page_size !== undefined;
        const source: PageSource<(typeof allocations)[number]> = {
          weight: 'light',
          count: () => Promise.resolve(allocations.length),
          rows: (limit: number, offset: number) => Promise.resolve(allocations.slice(offset, offset + limit)),
          lastRows: (limit: number) => Promise.resolve(allocations.slice(allocations.length - limit)),
        };
        return changed(isPage ? await paginate(request, query, source, services) : allocations);
      });
    },
  );
}
