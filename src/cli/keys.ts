import { Command } from 'commander';

import { reEncrypt, type ReEncryptedColumn } from '../encryption-keys/re-encrypt.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import { counted, printJson, printLine } from './output.ts';
import { withDatabase } from './with-database.ts';

/** As many rows as a person reads; the JSON names all. */
const SHOWN_ROWS = 5;

/** `mibudge keys …`: what is done after MIBUDGE_ENCRYPTION_KEYS has changed. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('look after the keys that fields of the database are encrypted with');
  keys
    .command('re-encrypt')
    .description('move all encrypted fields to the first key of MIBUDGE_ENCRYPTION_KEYS, so that the others can be dropped')
    .option('--json', 'print the result as JSON')
    .action(runReEncrypt);
  return keys;
}

async function runReEncrypt(flags: { json?: true }): Promise<void> {
  const columns = await withDatabase(({ mutations, config }) => reEncrypt(mutations, createFieldEncryption(config.encryptionKeys)));
  if (flags.json === true) printJson(columns);
  else for (const column of columns) printColumn(column);
  if (columns.some(({ unreadable }) => unreadable.length > 0)) process.exitCode = 1;
}

function printColumn({ table, column, moved, unreadable }: ReEncryptedColumn): void {
  printLine(`${table}.${column}: ${counted(moved, 'value')} moved to the first key`);
  if (unreadable.length === 0) return;
  const rows = unreadable.slice(0, SHOWN_ROWS).join(', ') + (unreadable.length > SHOWN_ROWS ? ', …' : '');
  printLine(`✗ ${counted(unreadable.length, 'value')} cannot be read with any key of MIBUDGE_ENCRYPTION_KEYS: ${rows}`);
}
