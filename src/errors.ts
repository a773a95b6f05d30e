/**
 * Every failure that a client can see, named once: its HTTP status and its public text.
 * docs/errors.md lists the same codes; a test holds the two together.
 */
export const ERRORS = {
  parse_error: { status: 400, detail: 'JSON parse error' },
  invalid: { status: 400, detail: 'Invalid input.' },
  budget_archived_already: { status: 400, detail: 'This budget is already archived.' },
  budget_has_allocations: { status: 400, detail: 'This budget, or its fill-up, has allocations of transactions: archive it instead of deleting it.' },
  fillup_belongs_to_parent: { status: 400, detail: 'This budget is the fill-up of the recurring budget "{name}" ({id}): change that one instead.' },
  no_active_account: { status: 401, detail: 'No active account found with the given credentials' },
  no_refresh_cookie: { status: 401, detail: 'No refresh token cookie.' },
  not_authenticated: { status: 401, detail: 'Authentication credentials were not provided.' },
  token_not_valid: { status: 401, detail: 'Given token not valid for any token type' },
  user_inactive: { status: 401, detail: 'User is inactive' },
  permission_denied: { status: 403, detail: 'You do not have permission to perform this action.' },
  unallocated_not_archivable: { status: 403, detail: 'The Unallocated budget cannot be archived.' },
  unallocated_not_deletable: { status: 403, detail: 'The Unallocated budget cannot be deleted.' },
  origin_not_allowed: { status: 403, detail: 'Requests from pages of this origin are not allowed.' },
  not_found: { status: 404, detail: 'Not found.' },
  invalid_page: { status: 404, detail: 'Invalid page.' },
  method_not_allowed: { status: 405, detail: 'Method not allowed.' },
  request_timeout: { status: 408, detail: 'The request took too long.' },
  payload_too_large: { status: 413, detail: 'Request body is too large.' },
  unsupported_media_type: { status: 415, detail: 'Unsupported media type in request.' },
  throttled: { status: 429, detail: 'Request was throttled.' },
  headers_too_large: { status: 431, detail: 'The URL or the headers of the request are too large.' },
  internal: { status: 500, detail: 'Internal server error.' },
  unavailable: { status: 503, detail: 'The service is temporarily unavailable. Try again shortly.' },
} as const satisfies Record<string, { status: number; detail: string }>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * Everything that can be wrong with one value of an input, named once: what it says in plain English, with its parameters
 * in braces. The domain names the code and the value; each surface has one renderer that finds the words its clients know.
 */
export const ISSUES = {
  // What a surface finds wrong with the form of a value before the domain sees it, in that surface's own words.
  malformed: '{text}',
  does_not_exist: 'There is no such object: {id}.',
  immutable: 'This field cannot be changed after creation.',
  not_greater_than_zero: 'Ensure this value is greater than 0.',
  wrong_currency: 'Must be {currency}, the currency of the bank account.',
  too_many_decimals: 'Ensure that there are no more than {decimals} decimal places: {currency} has {decimals}.',
  same_budget_twice: 'Source and destination budget must differ.',
  budget_of_other_account: 'This budget does not belong to the given bank account.',
  budget_archived: 'This budget is archived and takes no new money.',
  too_many_budgets: 'The bank account has {count} budgets, archived ones among them; it may have {maximum}.',
  fillup_without_parent: 'A fill-up is made by its parent: create a recurring budget (R) with with_fillup_goal.',
  fillup_belongs_to_parent: ERRORS.fillup_belongs_to_parent.detail,
  fillup_of_archived_budget: 'An archived budget cannot get a fill-up.',
  unallocated_not_renamable: 'The Unallocated budget cannot be renamed.',
  schedule_too_long: 'A schedule must not be over {maximum} characters.',
  schedule_unknown_property: 'Not a valid schedule: unknown property {name}.',
  schedule_property_twice: 'A schedule has only one {name}.',
  schedule_excludes_by_rule: 'EXRULE is not supported; use EXDATE.',
  schedule_without_rule: 'Not a valid schedule: it needs an RRULE.',
  schedule_takes_no_periods: 'Not a valid schedule: {name} takes dates, not periods.',
  schedule_not_a_date: 'Not a valid schedule: "{text}" is not a date.',
  schedule_date_too_early: 'Dates of a schedule must not lie before {year}.',
  schedule_unreadable_part: 'Not a valid schedule: cannot read "{part}".',
  schedule_unknown_part: 'Not a valid schedule: unknown rule part {name}.',
  schedule_part_twice: 'Not a valid schedule: {name} appears twice.',
  schedule_without_frequency: 'Not a valid schedule: the rule needs a FREQ.',
  schedule_unknown_frequency: 'Not a valid schedule: unknown FREQ "{frequency}".',
  schedule_within_days: 'A schedule cannot repeat more often than daily.',
  schedule_interval_too_long: 'INTERVAL must not be over {maximum}.',
  schedule_not_positive: 'Not a valid schedule: {name} must be a positive whole number.',
  schedule_impossible_value: 'Not a valid schedule: {name} cannot be "{value}".',
  schedule_not_a_weekday: 'Not a valid schedule: "{text}" is not a day of the week.',
  schedule_ends_twice: 'Not a valid schedule: COUNT and UNTIL cannot be combined.',
  schedule_part_not_allowed: 'Not a valid schedule: {name} cannot be used with FREQ={frequency}.',
  schedule_numbered_weekday: 'Not a valid schedule: BYDAY cannot be numbered with {part}.',
  schedule_impossible_months: 'Not a valid schedule: no month of BYMONTH has a day of BYMONTHDAY.',
  schedule_without_dates: 'The schedule has no date within {years} years.',
  in_the_past: 'Must not lie in the past.',
  over_two_years_ahead: 'Must lie within two years from today: {last} at the latest.',
  too_many_funding_events: 'There are more than {maximum} events until then: {last} at the latest.',
  too_many_funding_events_due: 'More than {maximum} events through today are not funded yet: there is no forecast before they are.',
  split_to_archived_budget: 'Budget {id} is archived and takes no new money.',
  split_named_twice: 'Budget {id} is named twice.',
  split_not_greater_than_zero: 'The amount of budget {id} must be greater than 0.',
  split_with_too_many_decimals: 'The amount of budget {id} has more than {decimals} decimal places.',
  splits_exceed_transaction: "The amounts add up to {sum}, more than the transaction's {total}.",
  account_number_taken: 'An account with this number at this bank already exists.',
  too_many_bank_accounts: 'You own {count} bank accounts; a user may own {maximum}.',
  too_many_elements: 'Ensure this field has no more than {maximum} elements.',
  posted_already: 'A posted transaction cannot become pending again.',
  not_a_file: 'The submitted data was not a file. Check the encoding type on the form.',
  file_too_large: 'The file is too large: at most {bytes} bytes are accepted.',
  file_empty: 'The submitted file is empty.',
  no_room_for_file: 'There is no room for this file: all files of your bank accounts together may have {maximum} bytes.',
  blank: 'This field may not be blank.',
  too_many_characters: 'Ensure this field has no more than {maximum} characters.',
  null_characters: 'Null characters are not allowed.',
  not_a_routing_number: 'Enter up to 34 letters, digits and hyphens.',
  unknown_currency: '"{code}" is not the code of a currency, such as USD.',
  unknown_timezone: '"{name}" is not a timezone of the IANA database, such as Europe/Berlin.',
  username_taken: 'A user with that username already exists.',
  username_not_allowed: 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.',
  username_reserved: 'This username is reserved.',
  password_too_long: 'This password is too long. It must take at most {bytes} bytes.',
  password_too_short: 'This password is too short. It must contain at least {minimum} characters.',
  password_numeric: 'This password is entirely numeric.',
  password_common: 'This password is too common.',
  password_is_username: 'The password must not be the username.',
  not_an_image: 'Upload a valid image: PNG, JPEG, GIF, WebP or HEIC.',
} as const satisfies Record<string, string>;

export type IssueCode = keyof typeof ISSUES;

/** One thing that is wrong with an input, in the domain's own words. */
export interface Issue {
  /** Which value: `['sourceBudget']`, `['splits']`, or `[]` for the input as a whole. */
  path: readonly (string | number)[];
  code: IssueCode;
  /** What the words of the code leave open. */
  params?: Readonly<Record<string, string | number>>;
}

/** Makes an issue of one field. */
export function issueOf(field: string, code: IssueCode, params?: Issue['params']): Issue {
  return { path: [field], code, ...(params && { params }) };
}

/** Puts an issue into plain English, without saying which value it is about. */
export function issueText({ code, params }: Omit<Issue, 'path'>, texts: Readonly<Partial<Record<IssueCode, string>>> = {}): string {
  return filled(texts[code] ?? ISSUES[code], params);
}

function filled(text: string, params: Issue['params'] = {}): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/** A failure with a public meaning. `params` are what its text leaves open; `detail` replaces the text where it can say more. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Seconds after which the client may try again; sent as `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: { detail?: string; params?: Issue['params']; retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(options.detail ?? filled(ERRORS[code].detail, options.params), { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.detail = this.message;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Input that is not accepted, with every issue that it has. */
export class InvalidInput extends AppError {
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super('invalid', { detail: issues.map((issue) => [...issue.path, issueText(issue)].join(': ')).join('; ') });
    this.name = 'InvalidInput';
    this.issues = issues;
  }
}

/**
 * Refuses an input that has any issue.
 * @param found the results of checks, undefined where there is nothing to say
 * @throws InvalidInput with all issues
 */
export function refuse(found: readonly (Issue | undefined)[]): void {
  const issues = found.filter((issue) => issue !== undefined);
  if (issues.length > 0) throw new InvalidInput(issues);
}
