-- CreateTable
CREATE TABLE `logical_clock` (
    `id` TINYINT UNSIGNED NOT NULL,
    `ticks` BIGINT UNSIGNED NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
