import type { KnownUser } from './user-directory.ts';

/** How a principal came in. */
export type Credential = 'access token';

/**
 * Who asks: a user, how they came, and what they may see. Everything owned is read and locked for a principal, and only this
 * folder makes one, so that no surface can invent its rights.
 */
class AuthenticatedPrincipal {
  readonly userId: number;
  readonly username: string;
  readonly isStaff: boolean;
  /** IANA name; days, and timestamps without an offset, are read in it. */
  readonly timezone: string;
  readonly credential: Credential;
  /** The only bank accounts that the credential opens, by id; null: all that the user owns. */
  readonly bankAccountIds: readonly string[] | null;
  /** The private field makes the type nominal. */
  readonly #authenticated = true;

  constructor(user: KnownUser, credential: Credential, bankAccountIds: readonly string[] | null) {
    this.userId = user.id;
    this.username = user.username;
    this.isStaff = user.isStaff;
    this.timezone = user.timezone;
    this.credential = credential;
    this.bankAccountIds = bankAccountIds;
  }

  get isAuthenticated(): boolean {
    return this.#authenticated;
  }
}

export type Principal = AuthenticatedPrincipal;

/** The principal of an access token: its user, with all that the user owns. */
export function principalOfUser(user: KnownUser): Principal {
  return new AuthenticatedPrincipal(user, 'access token', null);
}
