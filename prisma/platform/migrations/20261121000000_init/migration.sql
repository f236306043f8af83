-- CreateTable
CREATE TABLE `tenants` (
    `id` CHAR(36) NOT NULL,
    `name` VARCHAR(120) NOT NULL,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `users` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `role` ENUM('owner', 'admin', 'member') NOT NULL DEFAULT 'owner',
    `status` ENUM('active', 'suspended') NOT NULL DEFAULT 'active',
    `email` VARCHAR(254) NOT NULL,
    `email_verified_at` DATETIME(3) NULL,
    `password_hash` VARCHAR(255) NULL,
    `display_name` VARCHAR(120) NOT NULL,
    `time_zone` VARCHAR(64) NOT NULL,
    `day_start_hour` TINYINT NOT NULL DEFAULT 0,
    `locale` VARCHAR(35) NOT NULL DEFAULT 'en',
    `week_starts_on` TINYINT NOT NULL DEFAULT 1,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updated_at` DATETIME(3) NOT NULL,

    UNIQUE INDEX `users_email_key`(`email`),
    INDEX `users_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `auth_sessions` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `generation` INTEGER UNSIGNED NOT NULL DEFAULT 0,
    `current_hash` BINARY(32) NOT NULL,
    `previous_hash` BINARY(32) NULL,
    `salt` BINARY(16) NOT NULL,
    `rotated_at` DATETIME(3) NOT NULL,
    `remember` BOOLEAN NOT NULL,
    `user_agent` VARCHAR(255) NOT NULL,
    `auth_time` DATETIME(3) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `idle_expires_at` DATETIME(3) NOT NULL,
    `absolute_expires_at` DATETIME(3) NOT NULL,
    `revoked_at` DATETIME(3) NULL,
    `revoke_reason` VARCHAR(32) NULL,

    INDEX `auth_sessions_user_id_idx`(`user_id`),
    INDEX `auth_sessions_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `one_time_tokens` (
    `selector` BINARY(8) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `purpose` ENUM('verify_email') NOT NULL,
    `secret_hash` BINARY(32) NOT NULL,
    `password_hash` VARCHAR(255) NULL,
    `browser_hash` BINARY(32) NULL,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    INDEX `one_time_tokens_user_id_purpose_idx`(`user_id`, `purpose`),
    INDEX `one_time_tokens_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`selector`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `user_deks` (
    `user_id` CHAR(36) NOT NULL,
    `version` INTEGER UNSIGNED NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `owner_id` BINARY(16) NOT NULL,
    `dek_id` BINARY(16) NOT NULL,
    `state` ENUM('pending', 'active', 'decrypt_only') NOT NULL,
    `created_at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    INDEX `user_deks_tenant_id_idx`(`tenant_id`),
    UNIQUE INDEX `user_deks_owner_id_version_key`(`owner_id`, `version`),
    PRIMARY KEY (`user_id`, `version`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `dek_wraps` (
    `owner_id` BINARY(16) NOT NULL,
    `version` INTEGER UNSIGNED NOT NULL,
    `method` VARCHAR(16) NOT NULL,
    `mek_ref` VARCHAR(191) NOT NULL,
    `suite` TINYINT UNSIGNED NOT NULL,
    `blob` VARBINARY(1024) NOT NULL,

    INDEX `dek_wraps_mek_ref_idx`(`mek_ref`),
    PRIMARY KEY (`owner_id`, `version`, `method`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `users` ADD CONSTRAINT `users_tenant_id_fkey` FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `auth_sessions` ADD CONSTRAINT `auth_sessions_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `one_time_tokens` ADD CONSTRAINT `one_time_tokens_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `user_deks` ADD CONSTRAINT `user_deks_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
