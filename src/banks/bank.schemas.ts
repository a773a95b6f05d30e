import { z } from 'zod';

import { wire } from '../http/fields.ts';
import { orderingParameter } from '../http/list-query.ts';
import { listOf, pageParameters } from '../http/pagination.ts';

export const bank = z
  .object({
    id: wire.uuid,
    name: z.string(),
    routing_number: z.string().nullable(),
    default_currency: wire.currency.describe('Currency of accounts that name none.'),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({ id: 'Bank', description: 'A bank. The command line makes them; all users share them.' });

export const bankList = listOf(bank).meta({ id: 'PaginatedBankList' });

export const bankFilters = z.object({ ...pageParameters, ordering: orderingParameter });
