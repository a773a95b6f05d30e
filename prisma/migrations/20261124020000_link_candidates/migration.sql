-- Most transactions are never linked: they need no entry here.
DROP INDEX "transactions_linked_transaction_id_key";
CREATE UNIQUE INDEX "transactions_linked_transaction_id_key" ON "transactions" ("linked_transaction_id") WHERE "linked_transaction_id" IS NOT NULL;

-- Finds the mirror images of a transaction on any number of accounts at once. The amount comes first, and mirrored, so that no
-- other index serves this search as well.
CREATE INDEX "transactions_unlinked_mirrors" ON "transactions" ((-"amount"), "bank_account_id", "transaction_date") WHERE "linked_transaction_id" IS NULL;
