-- AlterTable
ALTER TABLE `user_deks` MODIFY `state` ENUM('pending', 'active', 'decrypt_only', 'destroyed') NOT NULL,
    ADD COLUMN `activated_at` DATETIME(3) NULL,
    ADD COLUMN `swept_at` DATETIME(3) NULL;

-- CreateTable
CREATE TABLE `vault_states` (
    `owner_id` BINARY(16) NOT NULL,
    `dek_version` INTEGER UNSIGNED NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `sum` BINARY(32) NOT NULL,
    `next_rev` BIGINT UNSIGNED NULL,
    `next_sum` BINARY(32) NULL,
    `verified_at` DATETIME(3) NULL,
    `violated_at` DATETIME(3) NULL,

    PRIMARY KEY (`owner_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `erasures` (
    `id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `owner_id` BINARY(16) NOT NULL,
    `requested_at` DATETIME(3) NOT NULL,
    `unreadable_after` DATE NOT NULL,
    `vault_erased_at` DATETIME(3) NULL,
    `rows_deleted_at` DATETIME(3) NULL,

    UNIQUE INDEX `erasures_owner_id_key`(`owner_id`),
    INDEX `erasures_user_id_idx`(`user_id`),
    INDEX `erasures_tenant_id_idx`(`tenant_id`),
    INDEX `erasures_rows_deleted_at_idx`(`rows_deleted_at`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `audit_events` (
    `id` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    `tenant_id` CHAR(36) NULL,
    `user_id` CHAR(36) NULL,
    `actor` ENUM('user', 'job', 'operator') NOT NULL,
    `action` VARCHAR(64) NOT NULL,
    `purpose` VARCHAR(120) NOT NULL,
    `request_id` VARCHAR(128) NULL,
    `at` DATETIME(3) NOT NULL,

    INDEX `audit_events_user_id_id_idx`(`user_id`, `id`),
    INDEX `audit_events_tenant_id_id_idx`(`tenant_id`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
