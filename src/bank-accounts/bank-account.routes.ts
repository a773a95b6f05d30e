import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { userOf } from '../http/authenticate.ts';
import { idParameter, operation } from '../http/operation.ts';
import { paginate } from '../http/pagination.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import type { Services } from '../services.ts';
import { presentBankAccount } from './bank-account.presenter.ts';
import { bankAccountList as bankAccountPages, findBankAccount, type BankAccountRow } from './bank-account.queries.ts';
import { bankAccount, bankAccountFilters, bankAccountList, bankAccountRequest, type BankAccountAnswer } from './bank-account.schemas.ts';
import { createBankAccount } from './create-bank-account.ts';

const tag = 'bank-accounts';

/** Bank accounts. Paths and shapes as in the OpenAPI document. */
export function bankAccountRoutes(instance: FastifyInstance, { db, clock, config }: Services): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const encryption = createFieldEncryption(config.encryptionKeys);
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
      const page = await paginate(request, query, bankAccountPages(db, userOf(request).id, filters), config.publicUrl);
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
      const row = await inTransaction(db, async (tx) => {
        const id = await createBankAccount(tx, request.body, user, { clock, encryption });
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
}
