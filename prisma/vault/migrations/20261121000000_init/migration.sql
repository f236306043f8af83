-- CreateTable
CREATE TABLE `vault_heads` (
    `owner_id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    PRIMARY KEY (`owner_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `vault_keys` (
    `owner_id` BINARY(16) NOT NULL,
    `version` INTEGER UNSIGNED NOT NULL,
    `method` VARCHAR(16) NOT NULL,
    `dek_id` BINARY(16) NOT NULL,
    `mek_ref` VARCHAR(191) NOT NULL,
    `suite` TINYINT UNSIGNED NOT NULL,
    `blob` VARBINARY(1024) NOT NULL,

    PRIMARY KEY (`owner_id`, `version`, `method`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `daily_entries` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,
    `body` LONGBLOB NOT NULL,

    INDEX `daily_entries_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `daily_entries_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `daily_entries_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `record_versions` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `record_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `record_versions_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `record_versions_owner_id_record_key_rev_key`(`owner_id`, `record_key`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A box begins with F9, which no UTF-8 text can, and is at least 114 bytes long: writing plain text fails.
ALTER TABLE `vault_heads` ADD CONSTRAINT `vault_heads_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `daily_entries` ADD CONSTRAINT `daily_entries_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `daily_entries` ADD CONSTRAINT `daily_entries_body_box` CHECK (SUBSTR(`body`, 1, 1) = x'F9' AND LENGTH(`body`) >= 114);
ALTER TABLE `record_versions` ADD CONSTRAINT `record_versions_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
