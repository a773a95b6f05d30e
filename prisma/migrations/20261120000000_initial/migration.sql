-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "username" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT,
    "timezone" TEXT NOT NULL DEFAULT 'UTC',
    "is_staff" BOOLEAN NOT NULL DEFAULT false,
    "is_active" BOOLEAN NOT NULL DEFAULT true,
    "default_bank_account_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_tokens" (
    "token_hash" BYTEA NOT NULL,
    "family_id" UUID NOT NULL,
    "user_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "rotated_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_tokens_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "banks" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "routing_number" TEXT,
    "default_currency" TEXT NOT NULL DEFAULT 'USD',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "banks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bank_accounts" (
    "id" UUID NOT NULL,
    "bank_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "account_type" TEXT NOT NULL DEFAULT 'C',
    "currency" TEXT NOT NULL,
    "account_number_encrypted" TEXT,
    "account_number_hash" TEXT,
    "link_aliases" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "opening_posted" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "opening_available" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "posted_balance" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "available_balance" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "transaction_count" INTEGER NOT NULL DEFAULT 0,
    "last_imported_at" TIMESTAMPTZ(3),
    "last_posted_through" DATE,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bank_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bank_account_owners" (
    "bank_account_id" UUID NOT NULL,
    "user_id" INTEGER NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "bank_account_owners_pkey" PRIMARY KEY ("bank_account_id","user_id")
);

-- CreateTable
CREATE TABLE "budgets" (
    "id" UUID NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "is_unallocated" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT NOT NULL,
    "budget_type" TEXT NOT NULL DEFAULT 'G',
    "funding_type" TEXT NOT NULL DEFAULT 'D',
    "balance" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "target_balance" DECIMAL(24,4) NOT NULL DEFAULT 0,
    "funding_amount" DECIMAL(24,4),
    "target_date" DATE,
    "with_fillup_goal" BOOLEAN NOT NULL DEFAULT false,
    "fillup_goal_id" UUID,
    "archived_at" TIMESTAMPTZ(3),
    "complete" BOOLEAN NOT NULL DEFAULT false,
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "funding_schedule" TEXT NOT NULL DEFAULT '',
    "recurrance_schedule" TEXT,
    "schedule_anchor" DATE NOT NULL,
    "funding_floor" DATE NOT NULL,
    "recurrence_floor" DATE NOT NULL,
    "memo" TEXT,
    "auto_spend" JSONB,
    "allocation_count" INTEGER NOT NULL DEFAULT 0,
    "transfer_count" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "modified_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "budgets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transactions" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "amount" DECIMAL(24,4) NOT NULL,
    "posted_date" TIMESTAMPTZ(3) NOT NULL,
    "transaction_date" TIMESTAMPTZ(3) NOT NULL,
    "transaction_type" TEXT NOT NULL,
    "pending" BOOLEAN NOT NULL DEFAULT false,
    "memo" TEXT,
    "raw_description" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "party" TEXT,
    "linked_transaction_id" UUID,
    "link_pending" BOOLEAN NOT NULL DEFAULT true,
    "bank_account_posted_balance" DECIMAL(24,4) NOT NULL,
    "bank_account_available_balance" DECIMAL(24,4) NOT NULL,
    "image" TEXT,
    "document" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "modified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "transactions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budget_entries" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "budget_id" UUID NOT NULL,
    "instant" TIMESTAMPTZ(3) NOT NULL,
    "kind" SMALLINT NOT NULL,
    "position" BIGINT NOT NULL,
    "amount" DECIMAL(24,4) NOT NULL,
    "balance" DECIMAL(24,4) NOT NULL,
    "transaction_id" UUID,
    "internal_transaction_id" UUID,
    "category" TEXT,
    "memo" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "modified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "budget_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "internal_transactions" (
    "id" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "amount" DECIMAL(24,4) NOT NULL,
    "src_budget_id" UUID NOT NULL,
    "dst_budget_id" UUID NOT NULL,
    "actor_id" INTEGER NOT NULL,
    "effective_date" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "modified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "internal_transactions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "funding_events" (
    "id" UUID NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "budget_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "date" DATE NOT NULL,
    "wanted" DECIMAL(24,4) NOT NULL,
    "moved" DECIMAL(24,4) NOT NULL,
    "skipped" BOOLEAN NOT NULL DEFAULT false,
    "warning" TEXT,
    "internal_transaction_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "funding_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_username_key" ON "users"("username");

-- CreateIndex
CREATE INDEX "users_default_bank_account_id_idx" ON "users"("default_bank_account_id");

-- CreateIndex
CREATE INDEX "refresh_tokens_family_id_idx" ON "refresh_tokens"("family_id");

-- CreateIndex
CREATE INDEX "refresh_tokens_user_id_idx" ON "refresh_tokens"("user_id");

-- CreateIndex
CREATE INDEX "refresh_tokens_expires_at_idx" ON "refresh_tokens"("expires_at");

-- CreateIndex
CREATE INDEX "bank_accounts_bank_id_account_number_hash_idx" ON "bank_accounts"("bank_id", "account_number_hash");

-- CreateIndex
CREATE INDEX "bank_account_owners_user_id_bank_account_id_idx" ON "bank_account_owners"("user_id", "bank_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "budgets_fillup_goal_id_key" ON "budgets"("fillup_goal_id");

-- CreateIndex
CREATE INDEX "budgets_bank_account_id_idx" ON "budgets"("bank_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "transactions_linked_transaction_id_key" ON "transactions"("linked_transaction_id");

-- CreateIndex
CREATE INDEX "transactions_bank_account_id_created_at_sequence_idx" ON "transactions"("bank_account_id", "created_at", "sequence");

-- CreateIndex
CREATE INDEX "transactions_bank_account_id_amount_transaction_date_sequen_idx" ON "transactions"("bank_account_id", "amount", "transaction_date", "sequence");

-- CreateIndex
CREATE INDEX "transactions_bank_account_id_posted_date_idx" ON "transactions"("bank_account_id", "posted_date");

-- CreateIndex
CREATE UNIQUE INDEX "transactions_bank_account_id_transaction_date_sequence_key" ON "transactions"("bank_account_id", "transaction_date", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "budget_entries_budget_id_instant_kind_position_key" ON "budget_entries"("budget_id", "instant", "kind", "position");

-- CreateIndex
CREATE UNIQUE INDEX "budget_entries_transaction_id_budget_id_key" ON "budget_entries"("transaction_id", "budget_id");

-- CreateIndex
CREATE UNIQUE INDEX "budget_entries_internal_transaction_id_budget_id_key" ON "budget_entries"("internal_transaction_id", "budget_id");

-- CreateIndex
CREATE INDEX "internal_transactions_bank_account_id_created_at_sequence_idx" ON "internal_transactions"("bank_account_id", "created_at", "sequence");

-- CreateIndex
CREATE INDEX "internal_transactions_src_budget_id_created_at_sequence_idx" ON "internal_transactions"("src_budget_id", "created_at", "sequence");

-- CreateIndex
CREATE INDEX "internal_transactions_dst_budget_id_created_at_sequence_idx" ON "internal_transactions"("dst_budget_id", "created_at", "sequence");

-- CreateIndex
CREATE INDEX "funding_events_bank_account_id_date_created_at_idx" ON "funding_events"("bank_account_id", "date", "created_at");

-- CreateIndex
CREATE INDEX "funding_events_internal_transaction_id_idx" ON "funding_events"("internal_transaction_id");

-- CreateIndex
CREATE UNIQUE INDEX "funding_events_budget_id_kind_date_key" ON "funding_events"("budget_id", "kind", "date");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_default_bank_account_id_fkey" FOREIGN KEY ("default_bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bank_accounts" ADD CONSTRAINT "bank_accounts_bank_id_fkey" FOREIGN KEY ("bank_id") REFERENCES "banks"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bank_account_owners" ADD CONSTRAINT "bank_account_owners_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bank_account_owners" ADD CONSTRAINT "bank_account_owners_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_fillup_goal_id_fkey" FOREIGN KEY ("fillup_goal_id") REFERENCES "budgets"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_linked_transaction_id_fkey" FOREIGN KEY ("linked_transaction_id") REFERENCES "transactions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_entries" ADD CONSTRAINT "budget_entries_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_entries" ADD CONSTRAINT "budget_entries_transaction_id_fkey" FOREIGN KEY ("transaction_id") REFERENCES "transactions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "budget_entries" ADD CONSTRAINT "budget_entries_internal_transaction_id_fkey" FOREIGN KEY ("internal_transaction_id") REFERENCES "internal_transactions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "internal_transactions" ADD CONSTRAINT "internal_transactions_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "internal_transactions" ADD CONSTRAINT "internal_transactions_src_budget_id_fkey" FOREIGN KEY ("src_budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "internal_transactions" ADD CONSTRAINT "internal_transactions_dst_budget_id_fkey" FOREIGN KEY ("dst_budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "internal_transactions" ADD CONSTRAINT "internal_transactions_actor_id_fkey" FOREIGN KEY ("actor_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "funding_events" ADD CONSTRAINT "funding_events_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "funding_events" ADD CONSTRAINT "funding_events_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "funding_events" ADD CONSTRAINT "funding_events_internal_transaction_id_fkey" FOREIGN KEY ("internal_transaction_id") REFERENCES "internal_transactions"("id") ON DELETE SET NULL ON UPDATE CASCADE;


-- What follows is beyond Prisma's language: value rules, partial indexes, storage and triggers.

ALTER TABLE "users"
  ADD CONSTRAINT "users_username_check" CHECK (length("username") BETWEEN 1 AND 150),
  ADD CONSTRAINT "users_name_check" CHECK (length("name") <= 255);

ALTER TABLE "banks"
  ADD CONSTRAINT "banks_name_check" CHECK (length("name") BETWEEN 1 AND 200),
  ADD CONSTRAINT "banks_default_currency_check" CHECK ("default_currency" ~ '^[A-Z]{3}$');

ALTER TABLE "bank_accounts"
  ADD CONSTRAINT "bank_accounts_name_check" CHECK (length("name") BETWEEN 1 AND 200),
  ADD CONSTRAINT "bank_accounts_account_type_check" CHECK ("account_type" IN ('C', 'S', 'X')),
  ADD CONSTRAINT "bank_accounts_currency_check" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "bank_accounts_account_number_check" CHECK (("account_number_encrypted" IS NULL) = ("account_number_hash" IS NULL)),
  ADD CONSTRAINT "bank_accounts_transaction_count_check" CHECK ("transaction_count" >= 0);

ALTER TABLE "budgets"
  ADD CONSTRAINT "budgets_name_check" CHECK (length("name") BETWEEN 1 AND 200),
  ADD CONSTRAINT "budgets_budget_type_check" CHECK ("budget_type" IN ('G', 'R', 'A', 'C')),
  ADD CONSTRAINT "budgets_funding_type_check" CHECK ("funding_type" IN ('D', 'F')),
  ADD CONSTRAINT "budgets_target_balance_check" CHECK ("target_balance" >= 0),
  ADD CONSTRAINT "budgets_funding_amount_check" CHECK ("funding_amount" >= 0),
  ADD CONSTRAINT "budgets_memo_check" CHECK (length("memo") <= 512),
  ADD CONSTRAINT "budgets_fillup_goal_check" CHECK ("fillup_goal_id" IS NULL OR ("fillup_goal_id" <> "id" AND "budget_type" = 'R')),
  ADD CONSTRAINT "budgets_unallocated_check" CHECK (NOT "is_unallocated" OR "archived_at" IS NULL),
  ADD CONSTRAINT "budgets_allocation_count_check" CHECK ("allocation_count" >= 0),
  ADD CONSTRAINT "budgets_transfer_count_check" CHECK ("transfer_count" >= 0);

ALTER TABLE "transactions"
  ADD CONSTRAINT "transactions_raw_description_check" CHECK (length("raw_description") BETWEEN 1 AND 512),
  ADD CONSTRAINT "transactions_description_check" CHECK (length("description") <= 512),
  ADD CONSTRAINT "transactions_memo_check" CHECK (length("memo") <= 512),
  ADD CONSTRAINT "transactions_linked_transaction_check" CHECK ("linked_transaction_id" <> "id");

ALTER TABLE "internal_transactions"
  ADD CONSTRAINT "internal_transactions_amount_check" CHECK ("amount" > 0),
  ADD CONSTRAINT "internal_transactions_budgets_check" CHECK ("src_budget_id" <> "dst_budget_id");

-- kind 0: a side of an internal transaction; kind 1: an allocation of a transaction.
ALTER TABLE "budget_entries"
  ADD CONSTRAINT "budget_entries_kind_check" CHECK (
    ("kind" = 0 AND "internal_transaction_id" IS NOT NULL AND "transaction_id" IS NULL AND "category" IS NULL)
    OR ("kind" = 1 AND "transaction_id" IS NOT NULL AND "internal_transaction_id" IS NULL AND "category" IS NOT NULL)),
  ADD CONSTRAINT "budget_entries_memo_check" CHECK (length("memo") <= 512);

ALTER TABLE "funding_events"
  ADD CONSTRAINT "funding_events_kind_check" CHECK ("kind" IN ('fund', 'recur')),
  ADD CONSTRAINT "funding_events_amounts_check" CHECK ("wanted" >= 0 AND "moved" >= 0 AND "moved" <= "wanted");

CREATE UNIQUE INDEX "budgets_one_unallocated_per_account" ON "budgets" ("bank_account_id") WHERE "is_unallocated";
-- Lists of allocations, by account and by budget.
CREATE INDEX "budget_entries_allocations_by_account" ON "budget_entries" ("bank_account_id", "created_at", "sequence") WHERE "kind" = 1;
CREATE INDEX "budget_entries_allocations_by_budget" ON "budget_entries" ("budget_id", "created_at", "sequence") WHERE "kind" = 1;
-- Few transactions are pending, or not yet searched for their mirror image; many share a type.
CREATE INDEX "transactions_pending" ON "transactions" ("bank_account_id", "transaction_date", "sequence") WHERE "pending";
CREATE INDEX "transactions_link_pending" ON "transactions" ("bank_account_id", "sequence") WHERE "link_pending";
-- Which transaction a stored file belongs to; few have one.
CREATE INDEX "transactions_image" ON "transactions" (split_part("image", '/', 1)) WHERE "image" IS NOT NULL;
CREATE INDEX "transactions_document" ON "transactions" (split_part("document", '/', 1)) WHERE "document" IS NOT NULL;
CREATE INDEX "transactions_by_type" ON "transactions" ("bank_account_id", "transaction_type", "transaction_date", "sequence");

-- Room on each page lets a shifted running balance be rewritten in place, without touching the indexes (HOT).
ALTER TABLE "transactions" SET (fillfactor = 85);
ALTER TABLE "budget_entries" SET (fillfactor = 80);
ALTER TABLE "budgets" SET (fillfactor = 50);
ALTER TABLE "bank_accounts" SET (fillfactor = 50);

-- The opening balances are written once; every balance is measured from them.
CREATE FUNCTION "refuse_opening_balance_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'opening balances are written once, at creation' USING ERRCODE = 'integrity_constraint_violation';
END;
$$;
CREATE TRIGGER "bank_accounts_opening_balances" BEFORE UPDATE OF "opening_posted", "opening_available" ON "bank_accounts"
  FOR EACH ROW WHEN (OLD."opening_posted" <> NEW."opening_posted" OR OLD."opening_available" <> NEW."opening_available")
  EXECUTE FUNCTION "refuse_opening_balance_change"();

-- Servers remember the users who send requests, and forget one when they hear of a change.
CREATE FUNCTION "tell_user_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('mibudge_users', OLD."id"::text);
  RETURN NULL;
END;
$$;
CREATE TRIGGER "users_tell_change" AFTER UPDATE OR DELETE ON "users" FOR EACH ROW EXECUTE FUNCTION "tell_user_change"();

-- The actor of what the funding engine does. It has no password, so it cannot log in.
INSERT INTO "users" ("username", "name", "is_active", "modified_at") VALUES ('funding-system', 'Funding engine', false, now());
