-- Running balances in blocks (docs/domain.md, docs/adr/0004-plans-of-the-chains.md): an entry keeps what its day in UTC has added up to
-- by then, the day what its month had added up to before it, and the month the balance before it. A million transactions take
-- some minutes, most of them for indexes; where there is something to move, notices say how far it is.

-- CreateTable
CREATE TABLE "account_days" (
    "bank_account_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "available_in_month" DECIMAL(24,4) NOT NULL,
    "posted_in_month" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "account_days_pkey" PRIMARY KEY ("bank_account_id","day")
);

-- CreateTable
CREATE TABLE "account_months" (
    "bank_account_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "opening_available" DECIMAL(24,4) NOT NULL,
    "opening_posted" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "account_months_pkey" PRIMARY KEY ("bank_account_id","month")
);

-- CreateTable
CREATE TABLE "budget_days" (
    "budget_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "balance_in_month" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "budget_days_pkey" PRIMARY KEY ("budget_id","day")
);

-- CreateTable
CREATE TABLE "budget_months" (
    "budget_id" UUID NOT NULL,
    "month" DATE NOT NULL,
    "opening_balance" DECIMAL(24,4) NOT NULL,

    CONSTRAINT "budget_months_pkey" PRIMARY KEY ("budget_id","month")
);

-- AddForeignKey
ALTER TABLE "account_days" ADD CONSTRAINT "account_days_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_months" ADD CONSTRAINT "account_months_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_days" ADD CONSTRAINT "budget_days_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_months" ADD CONSTRAINT "budget_months_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What follows is beyond Prisma's language: value rules, storage, and what there is already.

ALTER TABLE "account_months" ADD CONSTRAINT "account_months_month_check" CHECK (extract(day FROM "month") = 1);
ALTER TABLE "budget_months" ADD CONSTRAINT "budget_months_month_check" CHECK (extract(day FROM "month") = 1);

-- Room on each page lets a row be rewritten in place, without touching the index (HOT): a change of the past rewrites the later
-- days of one month, and all later months.
ALTER TABLE "account_days" SET (fillfactor = 80);
ALTER TABLE "account_months" SET (fillfactor = 45);
ALTER TABLE "budget_days" SET (fillfactor = 80);
ALTER TABLE "budget_months" SET (fillfactor = 45);

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 1 of 4: the days and months of accounts'; END IF;
END $$;
INSERT INTO "account_days" ("bank_account_id", "day", "available_in_month", "posted_in_month")
SELECT d."bank_account_id", d."day", coalesce(sum(d."available") OVER "earlier", 0), coalesce(sum(d."posted") OVER "earlier", 0)
FROM (
  SELECT t."bank_account_id", (t."transaction_date" AT TIME ZONE 'UTC')::date AS "day", sum(t."amount") AS "available",
    sum(CASE WHEN t."pending" THEN 0 ELSE t."amount" END) AS "posted"
  FROM "transactions" t GROUP BY t."bank_account_id", (t."transaction_date" AT TIME ZONE 'UTC')::date
) d
WINDOW "earlier" AS (PARTITION BY d."bank_account_id", date_trunc('month', d."day"::timestamp) ORDER BY d."day" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);
INSERT INTO "account_months" ("bank_account_id", "month", "opening_available", "opening_posted")
SELECT m."bank_account_id", m."month",
  a."opening_available" + coalesce(sum(m."available") OVER "earlier", 0), a."opening_posted" + coalesce(sum(m."posted") OVER "earlier", 0)
FROM (
  SELECT t."bank_account_id", date_trunc('month', t."transaction_date" AT TIME ZONE 'UTC')::date AS "month", sum(t."amount") AS "available",
    sum(CASE WHEN t."pending" THEN 0 ELSE t."amount" END) AS "posted"
  FROM "transactions" t GROUP BY t."bank_account_id", date_trunc('month', t."transaction_date" AT TIME ZONE 'UTC')::date
) m JOIN "bank_accounts" a ON a."id" = m."bank_account_id"
WINDOW "earlier" AS (PARTITION BY m."bank_account_id" ORDER BY m."month" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING);

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 2 of 4: the days and months of budgets'; END IF;
END $$;
INSERT INTO "budget_days" ("budget_id", "day", "balance_in_month")
SELECT d."budget_id", d."day", coalesce(
  sum(d."amount") OVER (PARTITION BY d."budget_id", date_trunc('month', d."day"::timestamp) ORDER BY d."day" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
FROM (
  SELECT e."budget_id", (e."instant" AT TIME ZONE 'UTC')::date AS "day", sum(e."amount") AS "amount"
  FROM "budget_entries" e GROUP BY e."budget_id", (e."instant" AT TIME ZONE 'UTC')::date
) d;
INSERT INTO "budget_months" ("budget_id", "month", "opening_balance")
SELECT m."budget_id", m."month", CASE WHEN b."is_unallocated" THEN a."opening_available" ELSE 0 END
  + coalesce(sum(m."amount") OVER (PARTITION BY m."budget_id" ORDER BY m."month" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
FROM (
  SELECT e."budget_id", date_trunc('month', e."instant" AT TIME ZONE 'UTC')::date AS "month", sum(e."amount") AS "amount"
  FROM "budget_entries" e GROUP BY e."budget_id", date_trunc('month', e."instant" AT TIME ZONE 'UTC')::date
) m JOIN "budgets" b ON b."id" = m."budget_id" JOIN "bank_accounts" a ON a."id" = b."bank_account_id";
ANALYZE "account_days", "account_months", "budget_days", "budget_months";

-- Each table is written anew in one go, with full pages: rows are not rewritten by the thousand any more.
CREATE FUNCTION "pg_temp"."available_before"("account" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT m."opening_available" + d."available_in_month" FROM "account_months" m, "account_days" d
  WHERE m."bank_account_id" = "account" AND m."month" = date_trunc('month', "instant" AT TIME ZONE 'UTC')::date
    AND d."bank_account_id" = "account" AND d."day" = ("instant" AT TIME ZONE 'UTC')::date $$;
CREATE FUNCTION "pg_temp"."posted_before"("account" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT m."opening_posted" + d."posted_in_month" FROM "account_months" m, "account_days" d
  WHERE m."bank_account_id" = "account" AND m."month" = date_trunc('month', "instant" AT TIME ZONE 'UTC')::date
    AND d."bank_account_id" = "account" AND d."day" = ("instant" AT TIME ZONE 'UTC')::date $$;
CREATE FUNCTION "pg_temp"."balance_before"("budget" uuid, "instant" timestamptz) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT m."opening_balance" + d."balance_in_month" FROM "budget_months" m, "budget_days" d
  WHERE m."budget_id" = "budget" AND m."month" = date_trunc('month', "instant" AT TIME ZONE 'UTC')::date
    AND d."budget_id" = "budget" AND d."day" = ("instant" AT TIME ZONE 'UTC')::date $$;

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 3 of 4: % transactions', (SELECT sum("transaction_count") FROM "bank_accounts"); END IF;
END $$;
ALTER TABLE "transactions" RESET (fillfactor);
ALTER TABLE "transactions"
  ALTER COLUMN "bank_account_available_balance" TYPE DECIMAL(24,4) USING "bank_account_available_balance" - "pg_temp"."available_before"("bank_account_id", "transaction_date"),
  ALTER COLUMN "bank_account_posted_balance" TYPE DECIMAL(24,4) USING "bank_account_posted_balance" - "pg_temp"."posted_before"("bank_account_id", "transaction_date");
ALTER TABLE "transactions" RENAME COLUMN "bank_account_available_balance" TO "available_in_day";
ALTER TABLE "transactions" RENAME COLUMN "bank_account_posted_balance" TO "posted_in_day";

DO $$ BEGIN
  IF EXISTS (SELECT FROM "budget_entries") THEN RAISE NOTICE 'running balances in blocks, 4 of 4: % allocations and sides of transfers', (SELECT sum("allocation_count" + "transfer_count") FROM "budgets"); END IF;
END $$;
-- Most entries are allocations: an index need not hold that they are no transfers.
DROP INDEX "budget_entries_internal_transaction_id_budget_id_key";
ALTER TABLE "budget_entries" RESET (fillfactor);
ALTER TABLE "budget_entries" ALTER COLUMN "balance" TYPE DECIMAL(24,4) USING "balance" - "pg_temp"."balance_before"("budget_id", "instant");
ALTER TABLE "budget_entries" RENAME COLUMN "balance" TO "balance_in_day";
CREATE UNIQUE INDEX "budget_entries_transfer_sides" ON "budget_entries" ("internal_transaction_id", "budget_id") WHERE "internal_transaction_id" IS NOT NULL;
DROP FUNCTION "pg_temp"."available_before", "pg_temp"."posted_before", "pg_temp"."balance_before";
