import { z } from 'zod';

import { wire } from '../api/input/fields.ts';
import { orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';

export const bank = z
  .object({
    id: wire.uuid,
    name: z.string(),
    routing_number: z.string().nullable(),
    default_currency: wire.currency.describe('Currency of accounts that name none.'),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'Bank',
    description: 'A bank. The command line makes them; all users share them.',
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000009',
        name: 'First Example Bank',
        routing_number: '021000021',
        default_currency: 'USD',
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export const bankList = listOf(bank).meta({ id: 'PaginatedBankList' });

export const bankFilters = z.object({ ...pageParameters, ordering: orderingParameter });
