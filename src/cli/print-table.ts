import Table from 'cli-table3';

import { printLine } from './output.ts';

/**
 * Prints a table for people.
 * @param empty what to say when there are no rows
 */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[], empty: string): void {
  if (rows.length === 0) {
    printLine(empty);
    return;
  }
  const table = new Table({ head: [...head], style: { head: [], border: [], compact: true } });
  table.push(...rows.map((row) => [...row]));
  printLine(table.toString());
}
