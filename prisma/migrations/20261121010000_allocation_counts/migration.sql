-- CreateTable
CREATE TABLE "allocation_counts" (
    "budget_id" UUID NOT NULL,
    "category" TEXT NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "allocation_counts_pkey" PRIMARY KEY ("budget_id","category")
);

-- AddForeignKey
ALTER TABLE "allocation_counts" ADD CONSTRAINT "allocation_counts_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- What follows is beyond Prisma's language: value rules and storage.

-- Those of new allocations follow from the budget's "allocation_count", so that a new one writes nothing here.
ALTER TABLE "allocation_counts"
  ADD CONSTRAINT "allocation_counts_category_check" CHECK ("category" <> 'Uncategorized:Unassigned'),
  ADD CONSTRAINT "allocation_counts_count_check" CHECK ("count" >= 0);

-- Room on each page lets a count be rewritten in place, without touching the index (HOT).
ALTER TABLE "allocation_counts" SET (fillfactor = 70);

INSERT INTO "allocation_counts" ("budget_id", "category", "count")
SELECT e."budget_id", e."category", count(*) FROM "budget_entries" e
WHERE e."kind" = 1 AND e."category" <> 'Uncategorized:Unassigned'
GROUP BY e."budget_id", e."category";
