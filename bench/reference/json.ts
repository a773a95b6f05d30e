import type { Row } from './postgres.ts';

/** All accounts of the benchmark are in dollars, so that two of the four stored decimals are shown. */
export function money(value: unknown): string {
  const text = String(value);
  return text.slice(0, text.indexOf('.') + 3);
}

const instant = (value: unknown): string | null => (value instanceof Date ? value.toISOString() : null);

/** A transaction's JSON, as the server has it. */
export function transactionJson(row: Row): object {
  return {
    id: row['id'],
    bank_account: row['bank_account_id'],
    amount: money(row['amount']),
    amount_currency: row['currency'],
    party: row['party'],
    posted_date: instant(row['posted_date']),
    transaction_date: instant(row['transaction_date']),
    transaction_type: row['transaction_type'],
    pending: row['pending'],
    memo: row['memo'],
    raw_description: row['raw_description'],
    description: row['description'],
    linked_transaction: row['linked_transaction_id'],
    bank_account_posted_balance: money(row['bank_account_posted_balance']),
    bank_account_posted_balance_currency: row['currency'],
    bank_account_available_balance: money(row['bank_account_available_balance']),
    bank_account_available_balance_currency: row['currency'],
    image: row['image'],
    document: row['document'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

/** An allocation's JSON, as the server has it. */
export function allocationJson(row: Row): object {
  return {
    id: row['id'],
    transaction: row['transaction_id'],
    budget: row['budget_id'],
    amount: money(row['amount']),
    amount_currency: row['currency'],
    budget_balance: money(row['balance']),
    budget_balance_currency: row['currency'],
    category: row['category'],
    memo: row['memo'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

/** A transfer's JSON, as the server has it; the row has the balances of both sides as `src_balance` and `dst_balance`. */
export function transferJson(row: Row): object {
  return {
    id: row['id'],
    bank_account: row['bank_account_id'],
    amount: money(row['amount']),
    amount_currency: row['currency'],
    src_budget: row['src_budget_id'],
    dst_budget: row['dst_budget_id'],
    actor: row['actor_id'],
    effective_date: instant(row['effective_date']),
    src_budget_balance: money(row['src_balance']),
    src_budget_balance_currency: row['currency'],
    dst_budget_balance: money(row['dst_balance']),
    dst_budget_balance_currency: row['currency'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

/** An account's JSON, as the server has it; the benchmark's have no numbers to decrypt. */
export function accountJson(row: Row): object {
  return {
    id: row['id'],
    name: row['name'],
    bank: row['bank_id'],
    owners: row['owners'],
    account_type: row['account_type'],
    account_number: row['account_number_encrypted'],
    currency: row['currency'],
    posted_balance: money(row['posted_balance']),
    posted_balance_currency: row['currency'],
    available_balance: money(row['available_balance']),
    available_balance_currency: row['currency'],
    link_aliases: row['link_aliases'],
    unallocated_budget: row['unallocated_budget_id'],
    last_imported_at: instant(row['last_imported_at']),
    last_posted_through: row['last_posted_through'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

/** A budget's JSON, as the server has it. */
export function budgetJson(row: Row): object {
  return {
    id: row['id'],
    name: row['name'],
    bank_account: row['bank_account_id'],
    balance: money(row['balance']),
    balance_currency: row['currency'],
    target_balance: money(row['target_balance']),
    target_balance_currency: row['currency'],
    funding_amount: row['funding_amount'] === null ? null : money(row['funding_amount']),
    funding_amount_currency: row['currency'],
    budget_type: row['budget_type'],
    funding_type: row['funding_type'],
    target_date: row['target_date'],
    with_fillup_goal: row['with_fillup_goal'],
    fillup_goal: row['fillup_goal_id'],
    archived: row['archived'],
    archived_at: instant(row['archived_at']),
    complete: row['complete'],
    paused: row['paused'],
    funding_schedule: row['funding_schedule'],
    recurrance_schedule: row['recurrance_schedule'],
    memo: row['memo'],
    auto_spend: row['auto_spend'],
    color: row['color'],
    next_funding: row['next_funding'],
    created_at: instant(row['created_at']),
    modified_at: instant(row['modified_at']),
  };
}

/** A user's JSON. */
export function profileJson(row: Row, baseUrl: string): object {
  const username = String(row['username']);
  return {
    id: row['id'],
    username,
    name: row['name'],
    url: `${baseUrl}/api/v1/users/${encodeURIComponent(username)}/`,
    default_bank_account: row['default_bank_account_id'],
    timezone: row['timezone'],
  };
}
