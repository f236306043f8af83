-- CreateTable
CREATE TABLE `operation_runs` (
    `id` CHAR(36) NOT NULL,
    `kind` VARCHAR(16) NOT NULL,
    `started_at` DATETIME(3) NOT NULL,
    `finished_at` DATETIME(3) NULL,
    `outcome` VARCHAR(16) NOT NULL,
    `sets` VARCHAR(64) NOT NULL,
    `backup_id` VARCHAR(32) NULL,
    `taken_at` DATETIME(3) NULL,
    `bytes` BIGINT UNSIGNED NULL,
    `facts` TEXT NOT NULL,

    INDEX `operation_runs_kind_outcome_sets_started_at_idx`(`kind`, `outcome`, `sets`, `started_at`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `logical_clock` (
    `id` TINYINT UNSIGNED NOT NULL,
    `ticks` BIGINT UNSIGNED NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `unknown_owners` (
    `owner_id` BINARY(16) NOT NULL,
    `found_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`owner_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
