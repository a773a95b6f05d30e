import { Command } from 'commander';

import { changeOwners, type OwnerChanges } from '../bank-accounts/account-owners.ts';
import { allBankAccounts } from '../bank-accounts/all-bank-accounts.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import { readAccountId } from './account-option.ts';
import { printJson, printLine } from './output.ts';
import { printTable } from './print-table.ts';
import { withDatabase } from './with-database.ts';

interface JsonFlag {
  json?: true;
}

/** `mibudge account …`: which bank accounts there are, and whose they are. */
export function accountCommand(): Command {
  const account = new Command('account').description('list the bank accounts, and change who owns them');
  account.command('list').description('list the bank accounts of all users').option('--json', 'print the accounts as JSON').action(runList);
  account
    .command('owners')
    .description('show who owns a bank account, add an owner, take one away; the last one stays')
    .argument('<id>', "the bank account's id", readAccountId)
    .option('--add <username>', 'also owned by this user from now on')
    .option('--remove <username>', 'no longer owned by this user')
    .option('--json', 'print the owners as JSON')
    .action(runOwners);
  return account;
}

async function runList(flags: JsonFlag): Promise<void> {
  const accounts = await withDatabase(({ db }) => allBankAccounts(db));
  if (flags.json === true) printJson(accounts);
  else {
    const rows = accounts.map((row) => [row.id, row.name, row.bank, row.owners.join(', '), `${row.available_balance} ${row.currency}`]);
    printTable(['id', 'name', 'bank', 'owners', 'available'], rows, 'There are no bank accounts yet.');
  }
}

async function runOwners(id: string, flags: Omit<OwnerChanges, 'bankAccount'> & JsonFlag): Promise<void> {
  const owners = await withDatabase(({ mutations, config }) => {
    const encryption = createFieldEncryption(config.encryptionKeys);
    return mutations.run((tx, now) => changeOwners(tx, { bankAccount: id, add: flags.add, remove: flags.remove }, now, encryption));
  });
  if (flags.json === true) printJson(owners);
  else for (const owner of owners) printLine(owner);
}
