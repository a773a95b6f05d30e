import { Command } from 'commander';

import { allBanks } from '../banks/bank.queries.ts';
import { createBank } from '../banks/create-bank.ts';
import { printJson, printLine } from './output.ts';
import { printTable } from './print-table.ts';
import { withDatabase } from './with-database.ts';

interface JsonFlag {
  json?: true;
}

interface CreateFlags extends JsonFlag {
  routingNumber?: string;
  currency?: string;
}

/** `mibudge bank …`: the banks that all users share. */
export function bankCommand(): Command {
  const bank = new Command('bank').description('create banks, and list them');
  bank
    .command('create')
    .description('create a bank that all users share')
    .argument('<name>')
    .option('--routing-number <number>', 'what payments to this bank are addressed by')
    .option('--currency <code>', 'currency of accounts that name none (default USD)')
    .option('--json', 'print the bank as JSON')
    .action(runCreate);
  bank.command('list').description('list all banks').option('--json', 'print the banks as JSON').action(runList);
  return bank;
}

async function runCreate(name: string, flags: CreateFlags): Promise<void> {
  const created = await withDatabase(({ db }) => createBank(db, { name, routingNumber: flags.routingNumber, defaultCurrency: flags.currency }));
  if (flags.json === true) printJson(created);
  else printLine(`Created the bank ${created.name}, ${created.id}.`);
}

async function runList(flags: JsonFlag): Promise<void> {
  const banks = await withDatabase(({ db }) => allBanks(db));
  if (flags.json === true) printJson(banks);
  else {
    const rows = banks.map(({ id, name, routing_number, default_currency }) => [id, name, routing_number ?? '', default_currency]);
    printTable(['id', 'name', 'routing number', 'currency'], rows, 'There are no banks yet.');
  }
}
