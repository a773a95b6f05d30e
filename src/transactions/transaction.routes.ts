import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import { FileLinks } from '../files/file-links.ts';
import { FileStore } from '../files/file-store.ts';
import { recordFiles } from '../files/stored-files.ts';
import { withReceivedFiles, type SentFile } from '../files/receive-files.ts';
import { userOf } from '../auth/authenticate.ts';
import { instantFilter } from '../api/input/list-parameters.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import { absoluteUrl } from '../api/output/urls.ts';
import type { Services } from '../api/services.ts';
import { inTurn } from '../ledger/in-turn.ts';
import { createTransaction } from './create-transaction.ts';
import { deleteTransaction } from './delete-transaction.ts';
import { newFiles, readTransactionDraft, readTransactionUpdate } from './transaction.requests.ts';
import type { TransactionRow } from './transaction.columns.ts';
import { presentTransaction } from './transaction.presenter.ts';
import { findTransaction, transactionExists, transactionList as transactionPages } from './transaction.queries.ts';
import { patchedTransactionRequest, transaction, transactionFilters, transactionList, transactionRequest, type TransactionAnswer } from './transaction.schemas.ts';
import { updateTransaction } from './update-transaction.ts';

const tag = 'transactions';

const UPDATE_RULES =
  'Changes the type, memo, description, image and document, and posts a pending transaction. All other fields are fixed: they may be sent with their present value.';

function filesOf(body: { image?: SentFile; document?: SentFile }): { image: SentFile; document: SentFile } {
  return { image: body.image, document: body.document };
}

/** Transactions: what the bank reports. Paths and shapes as in the OpenAPI document. */
export function transactionRoutes(instance: FastifyInstance, { db, clock, config, linker }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const store = new FileStore(config.dataDirectory);
  const links = new FileLinks(config, clock);
  const presentFor = (request: FastifyRequest) => (row: TransactionRow): TransactionAnswer =>
    presentTransaction(row, (kind, name) => absoluteUrl(request, config.publicUrl, links.signedPath(kind, name)));
  const update = async (request: FastifyRequest, id: string, body: z.output<typeof patchedTransactionRequest>): Promise<TransactionAnswer> => {
    const { id: userId, timezone } = userOf(request);
    const changes = readTransactionUpdate(body, timezone);
    const { row, released } = await withReceivedFiles(store, filesOf(body), request.log, (files) =>
      inTurn(db, { userId, rowOf: { table: 'transactions', id } }, async (tx) => {
        const updated = await updateTransaction(tx, id, changes, files, userId, clock);
        await recordFiles(tx, { bankAccountId: updated.row.bank_account_id, userId }, files, config.bounds.storedBytesOfUser);
        return updated;
      }),
    );
    await store.remove(released, request.log);
    return presentFor(request)(row);
  };
  const exists = objectExists((id, userId) => transactionExists(db, id, userId));

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
      const user = userOf(request);
      const draft = readTransactionDraft(request.body, user.timezone);
      const row = await withReceivedFiles(store, filesOf(request.body), request.log, (files) => {
        const complete = { ...draft, ...newFiles(files) };
        return inTurn(db, { userId: user.id, bankAccountId: draft.bankAccountId }, async (tx) => {
          const created = await createTransaction(tx, complete, user.id, clock);
          await recordFiles(tx, { bankAccountId: created.bank_account_id, userId: user.id }, files, config.bounds.storedBytesOfUser);
          return created;
        });
      });
      linker.wake();
      return reply.code(201).send(presentFor(request)(row));
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
    async (request) => update(request, request.params.id, request.body),
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
    async (request) => update(request, request.params.id, request.body),
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
      const { id } = request.params;
      const { id: userId } = userOf(request);
      const files = await inTurn(db, { userId, rowOf: { table: 'transactions', id } }, (tx) => deleteTransaction(tx, id, userId, clock));
      await store.remove(files, request.log);
      return reply.code(204).send(null);
    },
  );
}
