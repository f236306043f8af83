-- CreateTable
CREATE TABLE `feels_entries` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `natural_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `feels_entries_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `feels_entries_owner_id_natural_key_idx`(`owner_id`, `natural_key`),
    INDEX `feels_entries_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `feels_entries_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `pillars` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `pillars_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `pillars_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `pillar_scores` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `natural_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `pillar_scores_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `pillar_scores_owner_id_natural_key_idx`(`owner_id`, `natural_key`),
    INDEX `pillar_scores_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `pillar_scores_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `morning_habits` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `morning_habits_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `morning_habits_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `habit_checks` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `natural_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `habit_checks_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `habit_checks_owner_id_natural_key_idx`(`owner_id`, `natural_key`),
    INDEX `habit_checks_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `habit_checks_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `moods` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `moods_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `moods_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `mood_logs` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `mood_logs_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `mood_logs_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `mood_logs_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `daily_recaps` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `daily_recaps_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `daily_recaps_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `daily_recaps_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `weekly_recaps` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `day_key` BINARY(16) NOT NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `weekly_recaps_owner_id_day_key_idx`(`owner_id`, `day_key`),
    INDEX `weekly_recaps_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `weekly_recaps_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `templates` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `sealed` MEDIUMBLOB NOT NULL,
    `body` LONGBLOB NOT NULL,

    INDEX `templates_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `templates_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `reminders` (
    `owner_id` BINARY(16) NOT NULL,
    `id` BINARY(16) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `purge_after` DATE NULL,
    `sealed` MEDIUMBLOB NOT NULL,

    INDEX `reminders_owner_id_purge_after_idx`(`owner_id`, `purge_after`),
    UNIQUE INDEX `reminders_owner_id_rev_key`(`owner_id`, `rev`),
    PRIMARY KEY (`owner_id`, `id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- A box begins with F9, which no UTF-8 text can, and is at least 114 bytes long: writing plain text fails.
ALTER TABLE `feels_entries` ADD CONSTRAINT `feels_entries_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `pillars` ADD CONSTRAINT `pillars_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `pillar_scores` ADD CONSTRAINT `pillar_scores_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `morning_habits` ADD CONSTRAINT `morning_habits_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `habit_checks` ADD CONSTRAINT `habit_checks_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `moods` ADD CONSTRAINT `moods_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `mood_logs` ADD CONSTRAINT `mood_logs_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `daily_recaps` ADD CONSTRAINT `daily_recaps_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `weekly_recaps` ADD CONSTRAINT `weekly_recaps_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `templates` ADD CONSTRAINT `templates_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
ALTER TABLE `templates` ADD CONSTRAINT `templates_body_box` CHECK (SUBSTR(`body`, 1, 1) = x'F9' AND LENGTH(`body`) >= 114);
ALTER TABLE `reminders` ADD CONSTRAINT `reminders_sealed_box` CHECK (SUBSTR(`sealed`, 1, 1) = x'F9' AND LENGTH(`sealed`) >= 114);
