import type { z } from 'zod';

import type { UserProfile } from './user.queries.ts';
import type { user } from './user.schemas.ts';

/**
 * A user as the API shows it.
 * @param absolute makes a path of this server absolute
 */
export function presentUser(profile: UserProfile, absolute: (path: string) => string): z.output<typeof user> {
  return {
    id: profile.id,
    username: profile.username,
    name: profile.name,
    url: absolute(`/api/v1/users/${pathSegment(profile.username)}/`),
    default_bank_account: profile.defaultBankAccountId,
    timezone: profile.timezone,
  };
}

/** Usernames may hold @ and +, which a path may show as they are (RFC 3986, section 3.3). */
function pathSegment(username: string): string {
  return encodeURIComponent(username).replaceAll('%40', '@').replaceAll('%2B', '+');
}
