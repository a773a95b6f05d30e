-- A back-dated entry rewrites every later row of its chain, which is to say whole pages. Where a page has room for a second
-- version of each of its rows, they stay in it and no index is touched (HOT); with less room most of them moved to other
-- pages, with an entry in each index for every one (docs/adr/0004-plans-of-the-chains.md). Pages that are full today get
-- their room as their rows are rewritten.
ALTER TABLE "transactions" SET (fillfactor = 45);
ALTER TABLE "budget_entries" SET (fillfactor = 45);
