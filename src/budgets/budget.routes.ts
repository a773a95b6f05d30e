import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { userOf } from '../http/authenticate.ts';
import { idParameter, operation } from '../http/operation.ts';
import { paginate } from '../http/pagination.ts';
import type { Services } from '../services.ts';
import { presentBudget } from './budget.presenter.ts';
import { budgetList as budgetPages, findBudget, type BudgetRow } from './budget.queries.ts';
import { budget, budgetFilters, budgetList, budgetRequest, type BudgetAnswer } from './budget.schemas.ts';
import { createBudget } from './create-budget.ts';

const tag = 'budgets';

/** Budgets. Paths and shapes as in the OpenAPI document. */
export function budgetRoutes(instance: FastifyInstance, { db, clock, config }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const present = (row: BudgetRow | undefined): BudgetAnswer => {
    if (!row) throw new AppError('not_found');
    return presentBudget(row, clock);
  };

  app.get(
    '/api/v1/budgets/',
    {
      schema: operation({
        operationId: 'budgets_list',
        tag,
        summary: 'List budgets',
        description: 'The budgets of all your bank accounts, by name, each with its next funding.',
        parts: { querystring: budgetFilters, response: { 200: budgetList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const page = await paginate(
        request,
        query,
        budgetPages(db, userOf(request).id, {
          bankAccountId: query.bank_account,
          budgetType: query.budget_type,
          archived: query.archived,
          paused: query.paused,
          search: query.search,
          ordering: query.ordering,
        }),
        config.publicUrl,
      );
      return { ...page, results: page.results.map(present) };
    },
  );

  app.post(
    '/api/v1/budgets/',
    {
      schema: operation({
        operationId: 'budgets_create',
        tag,
        summary: 'Create a budget',
        description: 'Makes an empty budget, and with `with_fillup_goal` on a recurring one its fill-up too.',
        parts: { body: budgetRequest, response: { 201: budget } },
      }),
    },
    async (request, reply) => {
      const { id: userId } = userOf(request);
      const row = await inTransaction(db, async (tx) => findBudget(tx, await createBudget(tx, request.body, userId, clock), userId));
      return reply.code(201).send(present(row));
    },
  );

  app.get(
    '/api/v1/budgets/:id/',
    {
      schema: operation({
        operationId: 'budgets_retrieve',
        tag,
        summary: 'Retrieve a budget',
        description: 'One budget by its id.',
        parts: { params: idParameter, response: { 200: budget } },
        errors: ['not_found'],
      }),
    },
    async (request) => present(await findBudget(db, request.params.id, userOf(request).id)),
  );
}
