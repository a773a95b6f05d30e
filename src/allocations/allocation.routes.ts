import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { AppError } from '../errors.ts';
import { principalOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import { presentAllocation } from './allocation.presenter.ts';
import { listAllocations, findAllocation } from './allocation.queries.ts';
import { allocation, allocationFilters, allocationList, patchedAllocationRequest } from './allocation.schemas.ts';
import { updateAllocation } from './update-allocation.ts';

const tag = 'allocations';

/** Allocations: how transactions are spread over budgets. They come and go with splits; only category and memo are edited. */
export function allocationRoutes(instance: FastifyInstance, services: Services): void {
  const { db, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/allocations/',
    {
      schema: operation({
        operationId: 'allocations_list',
        tag,
        summary: 'List allocations',
        description: 'How the transactions of all your bank accounts are spread over budgets, in order of creation.',
        parts: { querystring: allocationFilters, response: { 200: allocationList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const pages = listAllocations(db, principalOf(request), {
        bankAccountId: query.bank_account,
        transactionId: query.transaction,
        budgetId: query.budget,
        category: query.category === '' ? undefined : query.category?.replaceAll('\0', ''),
        ordering: query.ordering,
      });
      const page = await paginate(request, query, pages, { db, config });
      return { ...page, results: page.results.map(presentAllocation) };
    },
  );

  app.get(
    '/api/v1/allocations/:id/',
    {
      schema: operation({
        operationId: 'allocations_retrieve',
        tag,
        summary: 'Retrieve an allocation',
        description: 'One allocation by its id.',
        parts: { params: idParameter, response: { 200: allocation } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const row = await findAllocation(db, principalOf(request), request.params.id);
      if (!row) throw new AppError('not_found');
      return presentAllocation(row);
    },
  );

  app.patch(
    '/api/v1/allocations/:id/',
    {
      config: objectExists(async (principal, id) => (await findAllocation(db, principal, id)) !== undefined),
      schema: operation({
        operationId: 'allocations_partial_update',
        tag,
        summary: 'Categorise an allocation',
        description: 'Sets the category and the memo; a field that is absent stays as it is. Amounts change through the splits of the transaction.',
        parts: { params: idParameter, body: patchedAllocationRequest, response: { 200: allocation } },
        errors: ['not_found'],
      }),
    },
    (request, reply) =>
      change(services, request, reply, { rowOf: { table: 'budget_entries', id: request.params.id } }, async (tx, principal, now) =>
        changed(presentAllocation(await updateAllocation(tx, principal, { id: request.params.id, ...request.body }, now))),
      ),
  );
}
