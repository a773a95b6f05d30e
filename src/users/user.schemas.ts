import { z } from 'zod';

import { isValidTimezone } from '../dates.ts';
import { text, wire } from '../api/input/fields.ts';
import { orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { measuredText } from '../measured-text.ts';
import { MAXIMUM_USERNAME_CHARACTERS } from '../security/usernames.ts';
import { MAXIMUM_NAME_CHARACTERS, unknownTimezone } from './create-user.ts';

const MAXIMUM_TIMEZONE_CHARACTERS = 100;

const UUID_MESSAGE = 'Must be a valid UUID.';
const MAXIMUM_UUID_LENGTH = 100;

/** The id of a bank account; null or empty text clears it. */
const clearableBankAccount = measuredText(MAXIMUM_UUID_LENGTH, UUID_MESSAGE)
  .transform((value, context): string | null => {
    const trimmed = value.trim();
    if (trimmed === '') return null;
    const id = z.guid().safeParse(trimmed);
    if (id.success) return id.data.toLowerCase();
    context.addIssue(UUID_MESSAGE);
    return z.NEVER;
  })
  .meta({ override: { type: 'string', format: 'uuid' } });

const timezone = measuredText(MAXIMUM_TIMEZONE_CHARACTERS)
  .trim()
  .min(1)
  .superRefine((value, context) => {
    if (value !== '' && !isValidTimezone(value)) context.addIssue(unknownTimezone(value));
  });

const fields = {
  name: text(MAXIMUM_NAME_CHARACTERS).optional(),
  default_bank_account: clearableBankAccount.nullable().optional(),
  timezone: timezone.optional(),
};

const examples = [{ name: 'Alice', timezone: 'Europe/Berlin' }];

export const userRequest = z.object(fields).meta({ id: 'UserRequest', examples });

export const patchedUserRequest = z.object(fields).meta({ id: 'PatchedUserRequest', examples });

export type UserChanges = z.output<typeof userRequest>;

export const user = z
  .object({
    id: z.int().describe('What `actor` of an internal transaction shows.'),
    username: z.string(),
    name: z.string().meta({ maxLength: MAXIMUM_NAME_CHARACTERS }),
    url: z.string().meta({ format: 'uri' }),
    default_bank_account: wire.uuid.nullable(),
    timezone: z.string().meta({ maxLength: MAXIMUM_TIMEZONE_CHARACTERS }).describe('IANA name; days, and timestamps without an offset, are read in it.'),
  })
  .meta({
    id: 'User',
    description: 'A person who logs in.',
    examples: [
      {
        id: 1,
        username: 'alice',
        name: 'Alice',
        url: 'https://budget.example.org/api/v1/users/alice/',
        default_bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        timezone: 'Europe/Berlin',
      },
    ],
  });

export const userList = listOf(user).meta({ id: 'PaginatedUserList' });

export const userFilters = z.object({ ...pageParameters, ordering: orderingParameter });

export const usernameParameter = z.object({ username: measuredText(2 * MAXIMUM_USERNAME_CHARACTERS).describe('The name that the user logs in with.') });
