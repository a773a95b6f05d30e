import { expect } from 'vitest';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { BUDGET_CHAIN, openingOf, snapshotsSql } from '../../src/ledger/chain.ts';
import { verifyBalances } from '../../src/ledger/verify-balances.ts';
import { query } from '../../src/db/database.ts';
import type { TestServer } from './app.ts';

/** Every invariant of the ledger holds, checked from scratch. */
export async function expectSoundLedger(server: TestServer): Promise<void> {
  const report = await verifyBalances(server.db, DERIVED_VALUES);
  expect(report?.differences).toEqual([]);
}

interface ChainEntry {
  id: string;
  budget_id: string;
  amount: string;
  balance: string;
}

const findEntries = query<ChainEntry>(
  `SELECT e.id, e.budget_id, e.amount, ${snapshotsSql(BUDGET_CHAIN, 'e')} FROM budget_entries e ${openingOf(BUDGET_CHAIN, 'e')}
   WHERE e.bank_account_id = $1 ORDER BY e.budget_id, e.instant, e.kind, e.position`,
);

/** The chains of an account's budgets as they are stored: budget id → its entries in order, with their snapshots. */
export async function storedChains(server: TestServer, bankAccount: { id: string }): Promise<Map<string, ChainEntry[]>> {
  const chains = new Map<string, ChainEntry[]>();
  for (const entry of await server.db.rows(findEntries, [bankAccount.id])) {
    chains.set(entry.budget_id, [...(chains.get(entry.budget_id) ?? []), entry]);
  }
  return chains;
}

const addOwnerQuery = query<object>('INSERT INTO bank_account_owners (bank_account_id, user_id) VALUES ($1, $2)');

/** Makes a user another owner of an account. */
export async function addOwner(server: TestServer, bankAccount: { id: string }, user: { id: number }): Promise<void> {
  await server.db.rows(addOwnerQuery, [bankAccount.id, user.id]);
}
