-- Running balances in blocks (docs/domain.md, docs/adr/0004-plans-of-the-chains.md): an entry keeps what its block has added up to by then,
-- and the block keeps the balance before its first entry. A million transactions take some minutes, most of them for
-- indexes; where there is something to move, notices say how far it is.

-- Blocks of two days in UTC: counted from the first Monday of our era, so that no instant lies before.
CREATE FUNCTION "balance_block_start"("instant" timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_bin('2 days', "instant", '0001-01-01 00:00:00+00');
-- When the next block may start. In hours, because days of 23 hours would depend on a session's timezone.
CREATE FUNCTION "balance_block_end"("instant" timestamptz) RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
  RETURN date_bin('2 days', "instant", '0001-01-01 00:00:00+00') + interval '48 hours';

-- CreateTable
CREATE TABLE "account_blocks" (
    "bank_account_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "opening_available" DECIMAL(24,4) NOT NULL,
    "opening_posted" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "account_blocks_pkey" PRIMARY KEY ("bank_account_id","starts_at")
);

-- CreateTable
CREATE TABLE "budget_blocks" (
    "budget_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "opening_balance" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "budget_blocks_pkey" PRIMARY KEY ("budget_id","starts_at")
);

-- AddForeignKey
ALTER TABLE "account_blocks" ADD CONSTRAINT "account_blocks_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_blocks" ADD CONSTRAINT "budget_blocks_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Room on each page lets an opening be rewritten in place, without touching the index (HOT): a change of the past rewrites
-- those of all later blocks.
ALTER TABLE "account_blocks" SET (fillfactor = 45);
ALTER TABLE "budget_blocks" SET (fillfactor = 45);
ALTER TABLE "account_blocks" ADD CONSTRAINT "account_blocks_starts_at_check" CHECK ("starts_at" = "balance_block_start"("starts_at"));
ALTER TABLE "budget_blocks" ADD CONSTRAINT "budget_blocks_starts_at_check" CHECK ("starts_at" = "balance_block_start"("starts_at"));

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 1 of 4: the blocks of accounts'; END IF;
END $$;
INSERT INTO "account_blocks" ("bank_account_id", "starts_at", "opening_available", "opening_posted")
SELECT b."bank_account_id", b."starts_at",
  a."opening_available" + coalesce(sum(b."available") OVER "earlier", 0), a."opening_posted" + coalesce(sum(b."posted") OVER "earlier", 0)
FROM (
  SELECT t."bank_account_id", "balance_block_start"(t."transaction_date") AS "starts_at", sum(t."amount") AS "available",
    sum(CASE WHEN t."pending" THEN 0 ELSE t."amount" END) AS "posted"
  FROM "transactions" t GROUP BY t."bank_account_id", "balance_block_start"(t."transaction_date")
) b JOIN "bank_accounts" a ON a."id" = b."bank_account_id"
WINDOW "earlier" AS (PARTITION BY b."bank_account_id" ORDER BY b."starts_at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 2 of 4: the blocks of budgets'; END IF;
END $$;
INSERT INTO "budget_blocks" ("budget_id", "starts_at", "opening_balance")
SELECT e."budget_id", e."starts_at",
  CASE WHEN b."is_unallocated" THEN a."opening_available" ELSE 0 END
    + coalesce(sum(e."amount") OVER (PARTITION BY e."budget_id" ORDER BY e."starts_at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
FROM (
  SELECT e."budget_id", "balance_block_start"(e."instant") AS "starts_at", sum(e."amount") AS "amount"
  FROM "budget_entries" e GROUP BY e."budget_id", "balance_block_start"(e."instant")
) e JOIN "budgets" b ON b."id" = e."budget_id" JOIN "bank_accounts" a ON a."id" = b."bank_account_id";
ANALYZE "account_blocks", "budget_blocks";

-- Each table is written anew in one go, with full pages: rows are not rewritten by the thousand any more.
CREATE FUNCTION "pg_temp"."opening_available"("account" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT "opening_available" FROM "account_blocks" WHERE "bank_account_id" = "account" AND "starts_at" = "balance_block_start"("instant") $$;
CREATE FUNCTION "pg_temp"."opening_posted"("account" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT "opening_posted" FROM "account_blocks" WHERE "bank_account_id" = "account" AND "starts_at" = "balance_block_start"("instant") $$;
CREATE FUNCTION "pg_temp"."opening_balance"("budget" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS
  $$ SELECT "opening_balance" FROM "budget_blocks" WHERE "budget_id" = "budget" AND "starts_at" = "balance_block_start"("instant") $$;

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 3 of 4: % transactions', (SELECT sum("transaction_count") FROM "bank_accounts"); END IF;
END $$;
ALTER TABLE "transactions" SET (fillfactor = 90);
ALTER TABLE "transactions"
  ALTER COLUMN "bank_account_available_balance" TYPE DECIMAL(24,4) USING "bank_account_available_balance" - "pg_temp"."opening_available"("bank_account_id", "transaction_date"),
  ALTER COLUMN "bank_account_posted_balance" TYPE DECIMAL(24,4) USING "bank_account_posted_balance" - "pg_temp"."opening_posted"("bank_account_id", "transaction_date");
ALTER TABLE "transactions" RENAME COLUMN "bank_account_available_balance" TO "available_in_block";
ALTER TABLE "transactions" RENAME COLUMN "bank_account_posted_balance" TO "posted_in_block";

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 4 of 4: % allocations and sides of transfers', (SELECT sum("allocation_count" + "transfer_count") FROM "budgets"); END IF;
END $$;
-- Most entries are allocations: an index need not hold that they are no transfers.
DROP INDEX "budget_entries_internal_transaction_id_budget_id_key";
ALTER TABLE "budget_entries" SET (fillfactor = 90);
ALTER TABLE "budget_entries" ALTER COLUMN "balance" TYPE DECIMAL(24,4) USING "balance" - "pg_temp"."opening_balance"("budget_id", "instant");
ALTER TABLE "budget_entries" RENAME COLUMN "balance" TO "balance_in_block";
CREATE UNIQUE INDEX "budget_entries_transfer_sides" ON "budget_entries" ("internal_transaction_id", "budget_id") WHERE "internal_transaction_id" IS NOT NULL;
DROP FUNCTION "pg_temp"."opening_available", "pg_temp"."opening_posted", "pg_temp"."opening_balance";
