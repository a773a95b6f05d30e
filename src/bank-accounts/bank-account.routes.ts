import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import { principalOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed, created, NOTHING_LEFT } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import type { Services } from '../api/services.ts';
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
export function bankAccountRoutes(instance: FastifyInstance, services: Services): void {
  const { db, clock, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const encryption = createFieldEncryption(config.encryptionKeys);
  const ofThisUser = objectExists(({ userId }, id) => bankAccountExists(db, id, userId));
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
      const page = await paginate(request, query, bankAccountPages(db, principalOf(request).userId, filters), { db, config });
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
    (request, reply) =>
      change(services, request, reply, {}, async (tx, { userId, timezone }) => {
        const id = await createBankAccount(tx, request.body, { id: userId, timezone }, { clock, encryption, bounds: config.bounds });
        return created(present(await findBankAccount(tx, id, userId)));
      }),
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
    async (request) => present(await findBankAccount(db, request.params.id, principalOf(request).userId)),
  );

  const update = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, changes: BankAccountChanges): Promise<BankAccountAnswer> => {
    const { id } = request.params;
    return change(services, request, reply, { bankAccountId: id }, async (tx, { userId }) => {
      await updateBankAccount(tx, id, changes, userId, { clock, encryption, bounds: config.bounds });
      return changed(present(await findBankAccount(tx, id, userId)));
    });
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
    (request, reply) => update(request, reply, request.body),
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
    (request, reply) => update(request, reply, request.body),
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
    (request, reply) => {
      const { id } = request.params;
      return change(services, request, reply, { bankAccountId: id }, async (tx, { userId }) => {
        await deleteBankAccount(tx, id, userId);
        return NOTHING_LEFT;
      });
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
    (request, reply) => {
      const { id } = request.params;
      const report = { lastPostedThrough: request.body.last_posted_through, lower: request.body.lower ?? false };
      return change(services, request, reply, { bankAccountId: id }, async (tx, { userId }) => {
        await markImported(tx, id, report, userId, clock);
        return changed(present(await findBankAccount(tx, id, userId)));
      });
    },
  );
}
