-- How a client shows a budget: six hex digits, in lower case.
ALTER TABLE "budgets" ADD COLUMN "color" TEXT;
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_color_check" CHECK ("color" ~ '^[0-9a-f]{6}$');
