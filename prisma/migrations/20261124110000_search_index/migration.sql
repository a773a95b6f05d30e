-- A search for a word looked at every transaction of the account (docs/adr/0010-search.md).
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE EXTENSION IF NOT EXISTS btree_gin;
EXCEPTION WHEN OTHERS THEN
  RAISE EXCEPTION 'the search needs the extensions pg_trgm and btree_gin, and this user could not create them (%). Have an administrator run "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin" in this database, and start again (docs/operations.md).', SQLERRM;
END $$;

DO $$ BEGIN
  IF EXISTS (SELECT FROM "transactions") THEN RAISE NOTICE 'index of the search: % transactions', (SELECT sum("transaction_count") FROM "bank_accounts"); END IF;
END $$;

-- New entries wait in a list that each search reads too, so that it must stay short: 1 MB is 1,000 to 2,000 of them.
CREATE INDEX "transactions_search" ON "transactions"
  USING gin ("bank_account_id", (lower("description" || E'\n' || "raw_description" || E'\n' || coalesce("party", ''))) gin_trgm_ops)
  WITH (gin_pending_list_limit = 1024);

-- How frequent words are is known from now on, and not from the next automatic ANALYZE.
ANALYZE "transactions";
