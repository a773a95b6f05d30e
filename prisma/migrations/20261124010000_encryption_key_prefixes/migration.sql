-- The first 20 characters of an encrypted value name its format and its key. Over this index the server finds at its start which
-- keys are in use, without reading the table, and `mibudge keys re-encrypt` what is left to do.
CREATE INDEX "bank_accounts_account_number_key_idx" ON "bank_accounts" (left("account_number_encrypted", 20)) WHERE "account_number_encrypted" IS NOT NULL;
