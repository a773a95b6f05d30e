import { InvalidArgumentError, Option } from 'commander';
import { validate } from 'uuid';

import { AppError } from '../errors.ts';

/** `--account ID`: work on one bank account instead of all. */
export function accountOption(): Option {
  return new Option('--account <id>', 'only this bank account, by its id; else all').argParser(readAccountId);
}

/** Reads the id of a bank account as commander's argument parsers do. @throws InvalidArgumentError when it is no id */
export function readAccountId(text: string): string {
  if (!validate(text)) throw new InvalidArgumentError('It must be an id, such as 0199f3a0-5c1e-7000-8000-000000000001.');
  return text.toLowerCase();
}

/** What to say when `--account` names none. */
export function noSuchAccount(id: string | undefined): AppError {
  return new AppError('not_found', { detail: `There is no bank account ${id ?? ''}.` });
}
