-- CreateTable
CREATE TABLE "stored_files" (
    "id" UUID NOT NULL,
    "bank_account_id" UUID NOT NULL,
    "byte_count" INTEGER NOT NULL,

    CONSTRAINT "stored_files_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "stored_files_bank_account_id_byte_count_idx" ON "stored_files"("bank_account_id", "byte_count");

-- AddForeignKey
ALTER TABLE "stored_files" ADD CONSTRAINT "stored_files_bank_account_id_fkey" FOREIGN KEY ("bank_account_id") REFERENCES "bank_accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What follows is beyond Prisma's language. Files stored before this have no row: their sizes are not known here, so they do not
-- count against what their owners may store.
ALTER TABLE "stored_files" ADD CONSTRAINT "stored_files_byte_count_check" CHECK ("byte_count" > 0);
