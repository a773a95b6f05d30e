-- AlterTable
ALTER TABLE "funding_events" ADD COLUMN "ordinal" INTEGER;

UPDATE "funding_events" e SET "ordinal" = n."ordinal"
FROM (SELECT "id", row_number() OVER (PARTITION BY "budget_id", "kind" ORDER BY "date") AS "ordinal" FROM "funding_events") n
WHERE n."id" = e."id";

ALTER TABLE "funding_events" ALTER COLUMN "ordinal" SET NOT NULL;


-- What follows is beyond Prisma's language: value rules.

ALTER TABLE "funding_events" ADD CONSTRAINT "funding_events_ordinal_check" CHECK ("ordinal" > 0);
