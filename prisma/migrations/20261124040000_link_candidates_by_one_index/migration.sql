-- The account as text: else an index that begins with the account looks as good to the planner, which knows neither how many accounts
-- are asked for nor how few transactions have the amount, and all their transactions in the window are read for each amount.
DROP INDEX "transactions_unlinked_mirrors";
CREATE INDEX "transactions_unlinked_mirrors" ON "transactions" ((-"amount"), (("bank_account_id"::text) COLLATE "C"), "transaction_date") WHERE "linked_transaction_id" IS NULL;
