-- CreateIndex
CREATE INDEX `one_time_tokens_email_idx` ON `one_time_tokens`(`email`);
