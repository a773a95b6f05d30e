import { Command } from 'commander';

import { createUser } from '../users/create-user.ts';
import { deactivateUser } from '../users/deactivate-user.ts';
import { setPassword } from '../users/set-password.ts';
import { listAllUsers, summarizeUser, type UserSummary } from '../users/user-summaries.ts';
import { printJson, printLine } from './output.ts';
import { printTable } from './print-table.ts';
import { passwordOption, passwordStdinOption, readPassword, type PasswordFlags } from './read-password.ts';
import { withDatabase } from './with-database.ts';

interface JsonFlag {
  json?: true;
}

interface CreateFlags extends PasswordFlags, JsonFlag {
  staff?: true;
  name?: string;
  timezone?: string;
}

/** `mibudge user …`: who may log in. */
export function userCommand(): Command {
  const user = new Command('user').description('create users, list them, change passwords, lock users out');
  user
    .command('create')
    .description('create a user who can log in')
    .argument('<username>', 'at most 150 letters, digits and @ . + - _')
    .addOption(passwordOption())
    .addOption(passwordStdinOption())
    .option('--staff', 'may see and change the profiles of all users, but no bank accounts beyond their own')
    .option('--name <name>', 'what people call them')
    .option('--timezone <timezone>', 'IANA name such as Europe/Berlin, in which days begin and end (default UTC)')
    .option('--json', 'print the user as JSON')
    .action(runCreate);
  user.command('list').description('list all users').option('--json', 'print the users as JSON').action(runList);
  user
    .command('set-password')
    .description('change the password of a user, and end all their sessions')
    .argument('<username>')
    .addOption(passwordOption())
    .addOption(passwordStdinOption())
    .action(runSetPassword);
  user
    .command('deactivate')
    .description('lock a user out at once; their accounts and history stay')
    .argument('<username>')
    .action(runDeactivate);
  return user;
}

async function runCreate(username: string, flags: CreateFlags, command: Command): Promise<void> {
  const password = await readPassword(flags, command);
  const { name, timezone, staff: isStaff, json } = flags;
  const created = await withDatabase(({ db }) => createUser(db, { username, password, name, timezone, isStaff }));
  if (json === true) printJson(summarizeUser(created));
  else printLine(`Created the user ${username}.`);
}

async function runList(flags: JsonFlag): Promise<void> {
  const users = await withDatabase(({ db }) => listAllUsers(db));
  if (flags.json === true) printJson(users);
  else printTable(['username', 'name', 'timezone', ''], users.map(rowOf), 'There are no users yet.');
}

function rowOf(user: UserSummary): string[] {
  const marks = [user.is_staff ? 'staff' : '', user.is_active ? '' : 'deactivated'];
  return [user.username, user.name, user.timezone, marks.filter(Boolean).join(', ')];
}

async function runSetPassword(username: string, flags: PasswordFlags, command: Command): Promise<void> {
  const password = await readPassword(flags, command);
  await withDatabase(({ mutations }) => mutations.run((tx, now) => setPassword(tx, { username, password }, now)));
  printLine(`Changed the password of ${username} and ended their sessions.`);
}

async function runDeactivate(username: string): Promise<void> {
  await withDatabase(({ mutations }) => mutations.run((tx, now) => deactivateUser(tx, username, now)));
  printLine(`Deactivated ${username} and ended their sessions.`);
}
