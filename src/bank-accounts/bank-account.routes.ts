import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { AppError } from '../errors.ts';
import { principalOf } from '../auth/authenticate.ts';
import { objectExists } from '../api/errors/object-exists.ts';
import { change, changed, created, NOTHING_LEFT } from '../api/change.ts';
import { idParameter, operation } from '../api/operation.ts';
import { paginate } from '../api/output/pagination.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import type { Services } from '../api/services.ts';
import { presentBankAccount } from './bank-account.presenter.ts';
import { listBankAccounts, findBankAccount, isBankAccountVisible, type BankAccountRow } from './bank-account.queries.ts';
import { readBankAccountChanges, readBankAccountDraft, readImportReport } from './bank-account.requests.ts';
import {
  bankAccount,
  bankAccountFilters,
  bankAccountList,
  bankAccountRequest,
  markImportedRequest,
  patchedBankAccountRequest,
  type BankAccountResponse,
} from './bank-account.schemas.ts';
import { createBankAccount } from './create-bank-account.ts';
import { deleteBankAccount } from './delete-bank-account.ts';
import { markImported } from './mark-imported.ts';
import { updateBankAccount, type BankAccountChanges } from './update-bank-account.ts';

const tag = 'bank-accounts';

/** Bank accounts. Paths and shapes as in the OpenAPI document. */
export function bankAccountRoutes(instance: FastifyInstance, services: Services, encryption: FieldEncryption): void {
  const { db, config } = services;
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const verbServices = { encryption, bounds: config.bounds };
  const ofThisUser = objectExists((principal, id) => isBankAccountVisible(db, principal, id));
  const present = (row: BankAccountRow): BankAccountResponse => presentBankAccount(row, encryption);

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
      const page = await paginate(request, query, listBankAccounts(db, principalOf(request), filters), { db, config });
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
      change(services, request, reply, {}, async (tx, principal, now) =>
        created(present(await createBankAccount(tx, principal, readBankAccountDraft(request.body), now, verbServices))),
      ),
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
    async (request) => {
      const row = await findBankAccount(db, principalOf(request), request.params.id);
      if (!row) throw new AppError('not_found');
      return present(row);
    },
  );

  const update = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, changes: BankAccountChanges): Promise<BankAccountResponse> => {
    const { id } = request.params;
    return change(services, request, reply, { bankAccountId: id }, async (tx, principal, now) =>
      changed(present(await updateBankAccount(tx, principal, { id, changes }, now, verbServices))),
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
    (request, reply) => update(request, reply, readBankAccountChanges(request.body)),
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
    (request, reply) => update(request, reply, readBankAccountChanges(request.body)),
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
      return change(services, request, reply, { bankAccountId: id }, async (tx, principal) => {
        await deleteBankAccount(tx, principal, id);
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
      const report = readImportReport(request.params.id, request.body);
      return change(services, request, reply, { bankAccountId: report.bankAccount }, async (tx, principal, now) =>
        changed(present(await markImported(tx, principal, report, now))),
      );
    },
  );
}
