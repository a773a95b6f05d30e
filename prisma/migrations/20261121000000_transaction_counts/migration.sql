-- CreateTable
CREATE TABLE "transaction_counts" (
    "bank_account_id" UUID NOT NULL,
    "facet" TEXT NOT NULL,
    -- Compared by bytes, so that the order of days written YYYY-MM-DD is their order in time.
    "value" TEXT COLLATE "C" NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "transaction_counts_pkey" PRIMARY KEY ("bank_account_id","facet","value")
);

-- AddForeignKey
ALTER TABLE "transaction_counts" ADD CONSTRAINT "transaction_counts_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What follows is beyond Prisma's language: value rules, partial indexes and storage.

ALTER TABLE "transaction_counts"
  ADD CONSTRAINT "transaction_counts_facet_check" CHECK ("facet" IN ('transaction_date', 'posted_date', 'transaction_type')),
  ADD CONSTRAINT "transaction_counts_count_check" CHECK ("count" >= 0);

-- Room on each page lets a count be rewritten in place, without touching the index (HOT).
ALTER TABLE "transaction_counts" SET (fillfactor = 70);

INSERT INTO "transaction_counts" ("bank_account_id", "facet", "value", "count")
SELECT t."bank_account_id", f."facet", f."value", count(*)
FROM "transactions" t CROSS JOIN LATERAL (VALUES
  ('transaction_date', to_char(t."transaction_date" AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
  ('posted_date', to_char(t."posted_date" AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
  ('transaction_type', t."transaction_type")
) f ("facet", "value")
GROUP BY t."bank_account_id", f."facet", f."value";

-- How far the two dates of an account's transactions lie apart at most: lists by the one in the order of the other.
CREATE INDEX "transactions_posting_lag" ON "transactions" ("bank_account_id", ("posted_date" - "transaction_date"));
-- Lists of allocations by category.
CREATE INDEX "budget_entries_allocations_by_category" ON "budget_entries" ("bank_account_id", "category", "created_at", "sequence") WHERE "kind" = 1;
