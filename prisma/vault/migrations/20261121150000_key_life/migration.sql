-- CreateTable
CREATE TABLE `erasures` (
    `owner_id` BINARY(16) NOT NULL,

    PRIMARY KEY (`owner_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
