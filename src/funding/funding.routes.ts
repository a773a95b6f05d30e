import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { isBankAccountVisible } from '../bank-accounts/bank-account.queries.ts';
import { AppError } from '../errors.ts';
import { principalOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { Services } from '../api/services.ts';
import { forecastAccount } from './forecast-account.ts';
import { listFundingEvents } from './funding-event.queries.ts';
import { summarizeFunding } from './funding-summary.ts';
import { presentForecast, presentFundingEvent, presentFundingSummary } from './funding.presenter.ts';
import { forecastQuery, fundingEventFilters, fundingEventList, fundingForecast, fundingReport, fundingSummary, runFundingRequest } from './funding.schemas.ts';
import { EVENTS_PER_ROUND } from './plan.ts';
import { runFunding } from './run-funding.ts';

const tag = 'funding';

/** Ways into the funding engine, and ways to see what it did and is going to do. */
export function fundingRoutes(instance: FastifyInstance, services: Services): void {
  const { db, clock, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/api/v1/bank-accounts/:id/funding-summary/',
    {
      schema: operation({
        operationId: 'bank_accounts_funding_summary_retrieve',
        tag: 'bank-accounts',
        summary: 'Sum up the next funding',
        description: "What the account's budgets get at their next funding dates, by schedule; a fill-up counts under its parent's.",
        parts: { params: idParameter, response: { 200: fundingSummary } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const summary = await summarizeFunding(db, principalOf(request), request.params.id, clock.now());
      if (!summary) throw new AppError('not_found');
      return presentFundingSummary(summary);
    },
  );

  app.post(
    '/api/v1/bank-accounts/:id/run-funding/',
    {
      config: objectExists((principal, id) => isBankAccountVisible(db, principal, id)),
      schema: operation({
        operationId: 'bank_accounts_run_funding_create',
        tag,
        summary: 'Run funding now',
        description: `Waits for the account's turn, processes what is due and answers what was done. Running it again changes nothing. When more than ${EVENTS_PER_ROUND} events are due, the earliest are processed at once and the rest in the background.`,
        parts: { params: idParameter, body: runFundingRequest, response: { 200: fundingReport } },
        errors: ['not_found'],
      }),
    },
    (request, reply) => {
      const asOf = request.body.as_of ?? undefined;
      const { id: bankAccount } = request.params;
      return change(services, request, reply, { bankAccountId: bankAccount }, async (tx, principal, now) =>
        changed(await runFunding(tx, principal, { bankAccount, asOf }, now)),
      );
    },
  );

  app.get(
    '/api/v1/bank-accounts/:id/funding-forecast/',
    {
      schema: operation({
        operationId: 'bank_accounts_funding_forecast_retrieve',
        tag,
        summary: 'Forecast funding',
        description: 'The coming events, and what each budget and Unallocated will hold, if nothing else happens.',
        parts: { params: idParameter, querystring: forecastQuery, response: { 200: fundingForecast } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const principal = principalOf(request);
      const asked = { bankAccountId: request.params.id, until: request.query.until };
      return db.heavyReads.run(String(principal.userId), async () => presentForecast(await forecastAccount(db, principal, asked, clock.now())));
    },
  );

  app.get(
    '/api/v1/funding-events/',
    {
      schema: operation({
        operationId: 'funding_events_list',
        tag,
        summary: 'List funding events',
        description: 'What the funding engine did or skipped, when, and why, newest date first.',
        parts: { querystring: fundingEventFilters, response: { 200: fundingEventList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const source = listFundingEvents(db, principalOf(request), {
        bankAccountId: query.bank_account,
        budgetId: query.budget,
        kind: query.kind,
        dateFrom: query.date_from,
        dateTo: query.date_to,
        ordering: query.ordering,
      });
      const page = await paginate(request, query, source, { db, config });
      return { ...page, results: page.results.map(presentFundingEvent) };
    },
  );
}
