import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { wire } from '../api/input/fields.ts';
import { operation } from '../api/operation.ts';
import { CURRENCIES } from '../currencies.ts';

const currency = z
  .object({ code: wire.currency, name: z.string(), numeric: z.string().describe('Three digits.') })
  .meta({ id: 'Currency', description: 'A currency in use according to ISO 4217.', examples: [{ code: 'USD', name: 'US Dollar', numeric: '840' }] });

/** The currencies that accounts can be kept in. */
export function currencyRoutes(instance: FastifyInstance): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const currencies = [...CURRENCIES];

  app.get(
    '/api/v1/currencies/',
    {
      schema: operation({
        operationId: 'currencies_retrieve',
        tag: 'currencies',
        summary: 'List currencies',
        description: 'All ISO 4217 currencies in use, by code; one array, without pages.',
        parts: { response: { 200: z.array(currency) } },
      }),
    },
    () => currencies,
  );
}
