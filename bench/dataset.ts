import pg from 'pg';

/** Ids of what every dataset holds, the same in each. */
export interface Dataset {
  userId: number;
  username: string;
  bankId: string;
  /** The account with the whole history. */
  accountId: string;
  /** Sixteen small accounts beside it, for parallel writers. */
  sideAccountIds: string[];
  /** The budgets of the big account; the first one is Unallocated. */
  budgetIds: string[];
  /** A transaction in the middle of the history. */
  transactionId: string;
  middle: string;
}

export const BUDGETS = 20;
const SIDE_ACCOUNTS = 16;
/** Every tenth transaction is split over two budgets, and so many transactions come to one transfer. */
const TRANSACTIONS_PER_TRANSFER = 20;

/** A UUID made from a name, so that every dataset has the same ids. */
const uuidOf = (name: string): string => `md5('mibudge bench ${name}')::uuid`;

/**
 * Fills an empty, migrated database with one household's history, straight into the tables: seeded, so that each run
 * has the same, and valid, so that verify-balances finds nothing.
 * @param transactions how many the big account has, over ten years that end on 2026-10-31
 * @param passwordHash of the user `bench`
 */
export async function loadDataset(connectionString: string, transactions: number, passwordHash: string): Promise<Dataset> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL synchronous_commit = off`);
    await loadPeople(client, passwordHash);
    await loadHistory(client, transactions);
    await computeTotals(client);
    await client.query('COMMIT');
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
    return await describe(client, transactions);
  } finally {
    await client.end();
  }
}

/** Makes a user who owns an account beside its present owner. @returns the user's id */
export async function addOwner(connectionString: string, bankAccountId: string | undefined): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ user_id: number }>(
      `WITH neighbour AS (INSERT INTO users (username, name, password_hash, timezone, modified_at) VALUES ('neighbour', 'Neighbour', '', 'UTC', now()) RETURNING id)
       INSERT INTO bank_account_owners (bank_account_id, user_id) SELECT $1, id FROM neighbour RETURNING user_id`,
      [bankAccountId],
    );
    return rows[0]?.user_id ?? 0;
  } finally {
    await client.end();
  }
}

async function loadPeople(client: pg.Client, passwordHash: string): Promise<void> {
  await client.query(
    `INSERT INTO users (username, name, password_hash, timezone, modified_at) VALUES ('bench', 'Benchmark', $1, 'America/New_York', now())`,
    [passwordHash],
  );
  await client.query(`
    INSERT INTO banks (id, name, modified_at) VALUES (${uuidOf('bank')}, 'Benchmark Bank', now());
    INSERT INTO bank_accounts (id, bank_id, name, currency, opening_posted, opening_available, modified_at)
      SELECT md5('mibudge bench account ' || n)::uuid, ${uuidOf('bank')}, 'Account ' || n, 'USD', 1000, 1000, now() FROM generate_series(0, ${SIDE_ACCOUNTS}) n;
    INSERT INTO bank_account_owners (bank_account_id, user_id)
      SELECT md5('mibudge bench account ' || n)::uuid, (SELECT id FROM users WHERE username = 'bench') FROM generate_series(0, ${SIDE_ACCOUNTS}) n;
    INSERT INTO budgets (id, bank_account_id, is_unallocated, name, funding_type, target_balance, funding_amount, funding_schedule,
        schedule_anchor, funding_floor, recurrence_floor, modified_at)
      SELECT md5('mibudge bench budget ' || account || ' ' || n)::uuid, md5('mibudge bench account ' || account)::uuid, n = 0,
        CASE n WHEN 0 THEN 'Unallocated' ELSE 'Budget ' || n END, 'F', CASE n WHEN 0 THEN 0 ELSE 1000000 + n END, CASE n WHEN 0 THEN NULL ELSE 25 END,
        CASE n WHEN 0 THEN '' ELSE 'RRULE:FREQ=MONTHLY;BYMONTHDAY=' || (n % 28 + 1) END, '2016-11-01', '2026-10-31', '2026-10-31', now()
      FROM generate_series(0, ${SIDE_ACCOUNTS}) account CROSS JOIN generate_series(0, ${BUDGETS - 1}) n
      WHERE account = 0 OR n < 3;`);
}

/** Transactions, their allocations, and transfers, each with its snapshot. */
async function loadHistory(client: pg.Client, transactions: number): Promise<void> {
  // Multiplying by a prime spreads the amounts and words without a random generator.
  await client.query(`
    CREATE TEMPORARY TABLE history ON COMMIT DROP AS
    SELECT n, md5('mibudge bench transaction ' || n)::uuid AS id,
      (CASE WHEN n % 9 = 0 THEN 1 ELSE -1 END) * (100 + n * 7919 % 19900) / 100.0 AS amount,
      date_trunc('milliseconds', timestamptz '2016-11-01Z' + n * (interval '3652 days' / ${transactions})) AS instant,
      (ARRAY['CORNER GROCERY', 'CITY UTILITIES', 'COFFEE HOUSE', 'HARDWARE STORE', 'FUEL STATION', 'BOOKSHOP', 'PHARMACY', 'BAKERY', 'CINEMA', 'PAYROLL ACME'])[(n % 10 + 1)::int]
        || ' ' || n * 104729 % 99991 AS words
    FROM generate_series(1::bigint, ${transactions}) n;
    INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description, party,
        link_pending, posted_in_day, available_in_day, created_at, modified_at)
      SELECT id, md5('mibudge bench account 0')::uuid, amount, instant, instant, CASE n % 3 WHEN 0 THEN 'ach' ELSE 'signature_purchase' END, words, words,
        initcap(words), false, in_day, in_day, instant, instant
      FROM (SELECT *, sum(amount) OVER (PARTITION BY (instant AT TIME ZONE 'UTC')::date ORDER BY n) AS in_day FROM history) h ORDER BY n;
    INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
      SELECT md5('mibudge bench transfer ' || n)::uuid, md5('mibudge bench account 0')::uuid, 5, md5('mibudge bench budget 0 0')::uuid,
        md5('mibudge bench budget 0 ' || (n / ${TRANSACTIONS_PER_TRANSFER} % ${BUDGETS - 1} + 1))::uuid, (SELECT id FROM users WHERE username = 'bench'),
        instant, instant, instant FROM history WHERE n % ${TRANSACTIONS_PER_TRANSFER} = 0 ORDER BY n;
    INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, transaction_id, internal_transaction_id, category,
        created_at, modified_at, balance_in_day)
      SELECT gen_random_uuid(), md5('mibudge bench account 0')::uuid, budget_id, instant, kind, position, amount, transaction_id, internal_transaction_id,
        CASE kind WHEN 1 THEN 'Uncategorized:Unassigned' END, instant, instant,
        sum(amount) OVER (PARTITION BY budget_id, (instant AT TIME ZONE 'UTC')::date ORDER BY instant, kind, position)
      FROM (
        SELECT md5('mibudge bench budget 0 ' || share.budget)::uuid AS budget_id, h.instant, 1 AS kind, t.sequence AS position, share.amount,
          h.id AS transaction_id, NULL::uuid AS internal_transaction_id
        FROM history h JOIN transactions t ON t.id = h.id
        CROSS JOIN LATERAL (
          SELECT h.n % ${BUDGETS} AS budget, CASE WHEN h.n % 10 = 0 THEN h.amount - round(h.amount / 2, 2) ELSE h.amount END AS amount
          UNION ALL
          SELECT (h.n + 1) % ${BUDGETS}, round(h.amount / 2, 2) WHERE h.n % 10 = 0
        ) share
        UNION ALL
        SELECT side.budget_id, i.effective_date, 0, i.sequence, side.amount, NULL, i.id
        FROM internal_transactions i CROSS JOIN LATERAL (VALUES (i.src_budget_id, -i.amount), (i.dst_budget_id, i.amount)) AS side (budget_id, amount)
      ) entry
      ORDER BY instant, kind, position;
    INSERT INTO account_days (bank_account_id, day, available_in_month, posted_in_month)
      SELECT bank_account_id, day, before, before FROM (
        SELECT bank_account_id, day, coalesce(sum(total) OVER (PARTITION BY date_trunc('month', day::timestamp) ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
        FROM (SELECT bank_account_id, (transaction_date AT TIME ZONE 'UTC')::date AS day, sum(amount) AS total FROM transactions GROUP BY 1, 2) d
      ) d;
    INSERT INTO account_months (bank_account_id, month, opening_available, opening_posted)
      SELECT bank_account_id, month, opening, opening FROM (
        SELECT bank_account_id, month, 1000 + coalesce(sum(total) OVER (ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS opening
        FROM (SELECT bank_account_id, date_trunc('month', transaction_date AT TIME ZONE 'UTC')::date AS month, sum(amount) AS total FROM transactions GROUP BY 1, 2) m
      ) m;
    INSERT INTO budget_days (budget_id, day, balance_in_month)
      SELECT budget_id, day, coalesce(sum(total) OVER (PARTITION BY budget_id, date_trunc('month', day::timestamp) ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      FROM (SELECT budget_id, (instant AT TIME ZONE 'UTC')::date AS day, sum(amount) AS total FROM budget_entries GROUP BY 1, 2) d;
    INSERT INTO budget_months (budget_id, month, opening_balance)
      SELECT budget_id, month, CASE budget_id WHEN md5('mibudge bench budget 0 0')::uuid THEN 1000 ELSE 0 END
        + coalesce(sum(total) OVER (PARTITION BY budget_id ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
      FROM (SELECT budget_id, date_trunc('month', instant AT TIME ZONE 'UTC')::date AS month, sum(amount) AS total FROM budget_entries GROUP BY 1, 2) m;`);
}

/** Balances and counts of budgets and accounts, from their entries and transactions; both dates of a transaction are the same here. */
async function computeTotals(client: pg.Client): Promise<void> {
  await client.query(`
    UPDATE budgets b SET balance = CASE WHEN b.is_unallocated THEN 1000 ELSE 0 END + coalesce(s.total, 0),
        allocation_count = coalesce(s.allocations, 0), transfer_count = coalesce(s.transfers, 0)
      FROM budgets x LEFT JOIN (SELECT budget_id, sum(amount) AS total, count(*) FILTER (WHERE kind = 1) AS allocations,
          count(*) FILTER (WHERE kind = 0) AS transfers FROM budget_entries GROUP BY budget_id) s ON s.budget_id = x.id
      WHERE x.id = b.id;
    UPDATE bank_accounts a SET available_balance = 1000 + s.total, posted_balance = 1000 + s.total, transaction_count = s.count
      FROM (SELECT x.id, coalesce(sum(t.amount), 0) AS total, count(t.id) AS count
        FROM bank_accounts x LEFT JOIN transactions t ON t.bank_account_id = x.id GROUP BY x.id) s
      WHERE s.id = a.id;
    INSERT INTO transaction_counts (bank_account_id, facet, value, count)
      SELECT t.bank_account_id, f.facet, to_char(t.day, 'YYYY-MM-DD'), t.count
      FROM (SELECT bank_account_id, date_trunc('day', transaction_date AT TIME ZONE 'UTC') AS day, count(*) AS count FROM transactions GROUP BY 1, 2) t
      CROSS JOIN (VALUES ('transaction_date'), ('posted_date')) f (facet)
      UNION ALL
      SELECT bank_account_id, 'transaction_type', transaction_type, count(*) FROM transactions GROUP BY 1, 3;`);
}

async function describe(client: pg.Client, transactions: number): Promise<Dataset> {
  const { rows } = await client.query<{ user_id: number; bank: string; accounts: string[]; budgets: string[]; transaction: string; middle: Date }>(`
    SELECT (SELECT id FROM users WHERE username = 'bench') AS user_id, ${uuidOf('bank')} AS bank,
      ARRAY(SELECT md5('mibudge bench account ' || n)::uuid::text FROM generate_series(0, ${SIDE_ACCOUNTS}) n ORDER BY n) AS accounts,
      ARRAY(SELECT md5('mibudge bench budget 0 ' || n)::uuid::text FROM generate_series(0, ${BUDGETS - 1}) n ORDER BY n) AS budgets,
      t.id AS transaction, t.transaction_date AS middle
    FROM transactions t WHERE t.id = md5('mibudge bench transaction ' || ${Math.ceil(transactions / 2)})::uuid`);
  const [row] = rows;
  const [accountId, ...sideAccountIds] = row?.accounts ?? [];
  if (!row || accountId === undefined) throw new Error('the dataset is not there');
  return {
    userId: row.user_id,
    username: 'bench',
    bankId: row.bank,
    accountId,
    sideAccountIds,
    budgetIds: row.budgets,
    transactionId: row.transaction,
    middle: row.middle.toISOString(),
  };
}
