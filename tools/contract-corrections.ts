import type { ContractFacts, FieldFacts, SchemaFacts } from '../test/contract/facts.ts';

const text: FieldFacts = { type: 'string' };

/** Sets right what is known to be wrong in the contract's own file. */
export function correctContract(facts: ContractFacts): ContractFacts {
  const { operations, schemas } = structuredClone(facts);
  const operation = (id: string): ContractFacts['operations'][string] => found(operations[id], id);
  const schema = (name: string): SchemaFacts => found(schemas[name], name);
  const fieldOf = (name: string, field: string): FieldFacts => found(schema(name).fields[field], field);

  // The refresh token travels only in the cookie.
  for (const name of ['TokenObtainPair', 'TokenRefresh']) {
    delete schema(name).fields['refresh'];
    schema(name).required = ['access'];
  }
  delete operation('api_token_refresh_create').body;
  delete schemas['TokenRefreshRequest'];

  delete operation('budgets_archive_create').body;
  const markImported = operation('bank_accounts_mark_imported_create');
  if (markImported.body) markImported.body.required = true;

  operation('transactions_splits_create').answers['200'] = { arrayOf: { schema: 'TransactionAllocation' } };
  operation('currencies_retrieve').answers['200'] = { arrayOf: { fields: { code: text, name: text, numeric: text }, required: ['code', 'name', 'numeric'] } };

  fieldOf('Transaction', 'linked_transaction').nullable = true;
  fieldOf('Transaction', 'party').nullable = true;
  // Ignored in a request.
  for (const name of ['Budget', 'BudgetRequest', 'PatchedBudgetRequest']) fieldOf(name, 'fillup_goal').readOnly = true;
  return { operations, schemas };
}

function found<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`the contract has no ${name}`);
  return value;
}
