import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import { FileStore } from '../files/file-store.ts';
import { userOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import type { Services } from '../api/services.ts';
import { inTurn } from '../ledger/in-turn.ts';
import { presentBankAccount } from './bank-account.presenter.ts';
import { bankAccountExists, bankAccountList as bankAccountPages, findBankAccount, type BankAccountRow } from './bank-account.queries.ts';
import {
  bankAccount,
  bankAccountFilters,
  bankAccountList,
  bankAccountRequest,
  markImportedRequest,
  patchedBankAccountRequest,
  type BankAccountAnswer,
  type BankAccountChanges,
} from './bank-account.schemas.ts';
import { createBankAccount } from './create-bank-account.ts';
import { deleteBankAccount } from './delete-bank-account.ts';
import { markImported } from './mark-imported.ts';
import { updateBankAccount } from './update-bank-account.ts';

const tag = 'bank-accounts';

/** Bank accounts. Paths and shapes as in the OpenAPI document. */
export function bankAccountRoutes(instance: FastifyInstance, { db, clock, config }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const encryption = createFieldEncryption(config.encryptionKeys);
  const files = new FileStore(config.dataDirectory);
  const ofThisUser = objectExists((id, userId) => bankAccountExists(db, id, userId));
  const present = (row: BankAccountRow | undefined): BankAccountAnswer => {
    if (!row) throw new AppError('not_found');
    return presentBankAccount(row, encryption);
  };

  app.get(
    '/api/v1/bank-accounts/',
    {
      schema: operation({
        operationId: 'bank_accounts_list',
        tag,
        summary: 'List bank accounts',
        description: 'The accounts that you own, by name.',
        parts: { querystring: bankAccountFilters, response: { 200: bankAccountList } },
        errors: ['invalid_page'],
      }),
    },
    async (request) => {
      const { query } = request;
      const filters = { accountType: query.account_type, ordering: query.ordering };
      const page = await paginate(request, query, bankAccountPages(db, userOf(request).id, filters), { db, config });
      return { ...page, results: page.results.map(present) };
    },
  );

  app.post(
    '/api/v1/bank-accounts/',
    {
      schema: operation({
        operationId: 'bank_accounts_create',
        tag,
        summary: 'Create a bank account',
        description: 'Makes the account, with you as its first owner, and its Unallocated budget that holds the whole opening balance.',
        parts: { body: bankAccountRequest, response: { 201: bankAccount } },
      }),
    },
    async (request, reply) => {
      const user = userOf(request);
      const row = await inTurn(db, { userId: user.id }, async (tx) => {
        const id = await createBankAccount(tx, request.body, user, { clock, encryption, bounds: config.bounds });
        return findBankAccount(tx, id, user.id);
      });
      return reply.code(201).send(present(row));
    },
  );

  app.get(
    '/api/v1/bank-accounts/:id/',
    {
      schema: operation({
        operationId: 'bank_accounts_retrieve',
        tag,
        summary: 'Retrieve a bank account',
        description: 'One account by its id.',
        parts: { params: idParameter, response: { 200: bankAccount } },
        errors: ['not_found'],
      }),
    },
    async (request) => present(await findBankAccount(db, request.params.id, userOf(request).id)),
  );

  const update = async (request: FastifyRequest<{ Params: { id: string } }>, changes: BankAccountChanges): Promise<BankAccountAnswer> => {
    const { id } = request.params;
    const { id: userId } = userOf(request);
    return present(
      await inTurn(db, { userId, bankAccountId: id }, async (tx) => {
        await updateBankAccount(tx, id, changes, userId, { clock, encryption, bounds: config.bounds });
        return findBankAccount(tx, id, userId);
      }),
    );
  };

  app.put(
    '/api/v1/bank-accounts/:id/',
    {
      config: ofThisUser,
      schema: operation({
        operationId: 'bank_accounts_update',
        tag,
        summary: 'Update a bank account',
        description: 'Changes its name, account number or aliases. All other fields are fixed, and may be sent as they are.',
        parts: { params: idParameter, body: bankAccountRequest, response: { 200: bankAccount } },
        errors: ['not_found'],
      }),
    },
    (request) => update(request, request.body),
  );

  app.patch(
    '/api/v1/bank-accounts/:id/',
    {
      config: ofThisUser,
      schema: operation({
        operationId: 'bank_accounts_partial_update',
        tag,
        summary: 'Change some fields of a bank account',
        description: 'Changes its name, account number or aliases. All other fields are fixed, and may be sent as they are.',
        parts: { params: idParameter, body: patchedBankAccountRequest, response: { 200: bankAccount } },
        errors: ['not_found'],
      }),
    },
    (request) => update(request, request.body),
  );

  app.delete(
    '/api/v1/bank-accounts/:id/',
    {
      schema: operation({
        operationId: 'bank_accounts_destroy',
        tag,
        summary: 'Delete a bank account',
        description: 'Removes the account and everything under it: budgets, transactions with their files, transfers, funding events.',
        parts: { params: idParameter, response: { 204: z.null().describe('Deleted.') } },
        errors: ['not_found'],
      }),
    },
    async (request, reply) => {
      const { id } = request.params;
      const { id: userId } = userOf(request);
      const storedFiles = await inTurn(db, { userId, bankAccountId: id }, (tx) => deleteBankAccount(tx, id, userId));
      await files.remove(storedFiles, request.log);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/api/v1/bank-accounts/:id/mark-imported/',
    {
      config: ofThisUser,
      schema: operation({
        operationId: 'bank_accounts_mark_imported_create',
        tag,
        summary: 'Report the end of an import',
        description: 'Notes through which day all posted transactions are there, which only moves forward unless `lower` is true, and funds the budgets in the background.',
        parts: { params: idParameter, body: markImportedRequest, response: { 200: bankAccount } },
        errors: ['not_found'],
      }),
    },
    async (request) => {
      const { id } = request.params;
      const { id: userId } = userOf(request);
      const report = { lastPostedThrough: request.body.last_posted_through, lower: request.body.lower ?? false };
      const { lowered, row } = await inTurn(db, { userId, bankAccountId: id }, async (tx) => ({
        lowered: await markImported(tx, id, report, userId, clock),
        row: await findBankAccount(tx, id, userId),
      }));
      if (lowered) request.log.warn({ audit: 'last_posted_through_lowered', bankAccount: id, userId, ...lowered }, 'last_posted_through was moved back');
      return present(row);
    },
  );
}
