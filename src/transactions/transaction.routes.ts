import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import type { FileLinks } from '../files/file-links.ts';
import type { FileStore } from '../files/file-store.ts';
import { recordFiles } from '../files/stored-files.ts';
import { withReceivedFiles, type SentFile } from '../files/receive-files.ts';
import { principalOf } from '../auth/authenticate.ts';
import { instantFilter } from '../api/input/list-parameters.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed, created, NOTHING_LEFT } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import { absoluteUrl } from '../api/output/urls.ts';
import type { Services } from '../api/services.ts';
import { createTransaction } from './create-transaction.ts';
import { deleteTransaction } from './delete-transaction.ts';
import { newFiles, readTransactionDraft, readTransactionUpdate } from './transaction.requests.ts';
import type { TransactionRow } from './transaction.columns.ts';
import { presentTransaction } from './transaction.presenter.ts';
import { findTransaction, transactionExists, listTransactions } from './transaction.queries.ts';
import { patchedTransactionRequest, transaction, transactionFilters, transactionList, transactionRequest, type TransactionResponse } from './transaction.schemas.ts';
import { updateTransaction } from './update-transaction.ts';

const tag = 'transactions';

const UPDATE_RULES =
  'Changes the type, memo, description, image and document, and posts a pending transaction. All other fields are fixed: they may be sent with their present value.';

function filesOf(body: { image?: SentFile; document?: SentFile }): { image: SentFile; document: SentFile } {
  return { image: body.image, document: body.document };
}

/** Transactions: what the bank reports. Paths and shapes as in the OpenAPI document. */
export function transactionRoutes(instance: FastifyInstance, services: Services, { store, links }: { store: FileStore; links: FileLinks }): void {
  const { db, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const presentFor = (request: FastifyRequest) => (row: TransactionRow): TransactionResponse =>
    presentTransaction(row, (kind, name) => absoluteUrl(request, config.publicUrl, links.signedPath(kind, name)));
  const update = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, body: z.output<typeof patchedTransactionRequest>): Promise<TransactionResponse> => {
    const { id } = request.params;
    const fields = { id, ...readTransactionUpdate(body, principalOf(request).timezone) };
    return withReceivedFiles(store, filesOf(body), request.log, (files) =>
      change(services, request, reply, { rowOf: { table: 'transactions', id } }, async (tx, principal, now) => {
        const row = await updateTransaction(tx, principal, { ...fields, files }, now);
        await recordFiles(tx, { bankAccountId: row.bank_account_id, userId: principal.userId }, files, config.bounds.storedBytesOfUser);
        return changed(presentFor(request)(row));
      }),
    );
  };
  const exists = objectExists((principal, id) => transactionExists(db, principal, id));

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
      const principal = principalOf(request);
      const { timezone } = principal;
      const page = await paginate(
        request,
        query,
        listTransactions(db, principal, {
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
        { db, config },
      );
      return { ...page, results: page.results.map(presentFor(request)) };
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
      const draft = readTransactionDraft(request.body, principalOf(request).timezone);
      return withReceivedFiles(store, filesOf(request.body), request.log, (files) => {
        const complete = { ...draft, ...newFiles(files) };
        return change(services, request, reply, { bankAccountId: draft.bankAccount }, async (tx, principal, now) => {
          const row = await createTransaction(tx, principal, complete, now);
          await recordFiles(tx, { bankAccountId: row.bank_account_id, userId: principal.userId }, files, config.bounds.storedBytesOfUser);
          return created(presentFor(request)(row));
        });
      });
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
      const row = await findTransaction(db, principalOf(request), request.params.id);
      if (!row) throw new AppError('not_found');
      return presentFor(request)(row);
    },
  );

  app.put(
    '/api/v1/transactions/:id/',
    {
      config: exists,
      schema: operation({
        operationId: 'transactions_update',
        tag,
        summary: 'Update a transaction',
        description: `${UPDATE_RULES} An optional field that is absent stays as it is.`,
        parts: { params: idParameter, body: transactionRequest, response: { 200: transaction } },
        errors: ['not_found'],
      }),
    },
    (request, reply) => update(request, reply, request.body),
  );

  app.patch(
    '/api/v1/transactions/:id/',
    {
      config: exists,
      schema: operation({
        operationId: 'transactions_partial_update',
        tag,
        summary: 'Update parts of a transaction',
        description: `${UPDATE_RULES} A field that is absent stays as it is.`,
        parts: { params: idParameter, body: patchedTransactionRequest, response: { 200: transaction } },
        errors: ['not_found'],
      }),
    },
    (request, reply) => update(request, reply, request.body),
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
    (request, reply) =>
      change(services, request, reply, { rowOf: { table: 'transactions', id: request.params.id } }, async (tx, principal, now) => {
        await deleteTransaction(tx, principal, request.params.id, now);
        return NOTHING_LEFT;
      }),
  );
}
