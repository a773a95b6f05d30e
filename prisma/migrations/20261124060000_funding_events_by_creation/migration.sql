-- Lists of funding events in the order of their creation.
CREATE INDEX "funding_events_bank_account_id_created_at_id_idx" ON "funding_events"("bank_account_id", "created_at", "id");
