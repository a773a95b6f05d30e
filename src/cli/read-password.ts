import { text } from 'node:stream/consumers';

import { Option, type Command } from 'commander';

/** What the two options give. */
export interface PasswordFlags {
  password?: string;
  passwordStdin?: true;
}

/** `--password P`. */
export function passwordOption(): Option {
  return new Option('--password <password>', 'the password; other users of this machine can see it while the command runs').conflicts('passwordStdin');
}

/** `--password-stdin`, for scripts and password managers. */
export function passwordStdinOption(): Option {
  return new Option('--password-stdin', 'read the password from standard input, without the line end after it');
}

/** Reads the password that a command was given; ends the command with a message when it was given none. */
export async function readPassword(flags: PasswordFlags, command: Command): Promise<string> {
  if (flags.passwordStdin === true) return (await text(process.stdin)).replace(/\r?\n$/, '');
  return flags.password ?? command.error('error: a password is needed: --password-stdin, or --password <password>');
}
