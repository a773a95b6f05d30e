import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { AppError } from '../errors.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import { presentBank } from './bank.presenter.ts';
import { listBanks, findBank } from './bank.queries.ts';
import { bank, bankFilters, bankList } from './bank.schemas.ts';

const tag = 'banks';

/** Banks: read-only reference data, shared by all users. */
export function bankRoutes(instance: FastifyInstance, { db, config }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/banks/',
    {
      schema: operation({
        operationId: 'banks_list',
        tag,
        summary: 'List banks',
        description: 'By name; `ordering` takes name and created_at.',
        parts: { querystring: bankFilters, response: { 200: bankList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const page = await paginate(request, request.query, listBanks(db, request.query.ordering), { db, config });
      return { ...page, results: page.results.map(presentBank) };
    },
  );

  app.get(
    '/api/v1/banks/:id/',
    {
      schema: operation({
        operationId: 'banks_retrieve',
        tag,
        summary: 'Retrieve a bank',
        description: 'One bank by its id.',
        parts: { params: idParameter, response: { 200: bank } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const row = await findBank(db, request.params.id);
      if (!row) throw new AppError('not_found');
      return presentBank(row);
    },
  );
}
