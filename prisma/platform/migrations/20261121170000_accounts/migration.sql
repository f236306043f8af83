-- AlterTable
ALTER TABLE `tenants` ADD COLUMN `mfa_required` BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE `users` ADD COLUMN `platform_role` ENUM('superadmin') NULL,
    ADD COLUMN `password_blocked_at` DATETIME(3) NULL,
    ADD COLUMN `passkey_handle` BINARY(32) NULL;

-- AlterTable
ALTER TABLE `auth_sessions` ADD COLUMN `network` VARCHAR(43) NULL,
    ADD COLUMN `device_hash` BINARY(32) NULL,
    ADD COLUMN `amr` VARCHAR(64) NOT NULL DEFAULT 'pwd',
    ADD COLUMN `assurance` TINYINT NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE `one_time_tokens` MODIFY `purpose` ENUM('verify_email', 'reset_password', 'change_email', 'undo_email_change', 'sign_in_pass') NOT NULL,
    ADD COLUMN `email` VARCHAR(254) NULL;

-- AlterTable
ALTER TABLE `audit_events` MODIFY `actor` ENUM('user', 'job', 'operator', 'admin', 'anonymous') NOT NULL,
    ADD COLUMN `actor_id` CHAR(36) NULL,
    ADD COLUMN `outcome` ENUM('success', 'failure', 'denied') NOT NULL DEFAULT 'success',
    ADD COLUMN `target` VARCHAR(64) NULL,
    ADD COLUMN `sealed` VARBINARY(1024) NULL;

-- CreateIndex
CREATE UNIQUE INDEX `users_passkey_handle_key` ON `users`(`passkey_handle`);

-- CreateTable
CREATE TABLE `auth_challenges` (
    `selector` BINARY(8) NOT NULL,
    `kind` ENUM('second_factor', 'passkey_registration', 'passkey_sign_in', 'oauth', 'oauth_callback', 'oauth_link') NOT NULL,
    `secret_hash` BINARY(32) NOT NULL,
    `user_id` CHAR(36) NULL,
    `browser_hash` BINARY(32) NULL,
    `payload` TEXT NOT NULL,
    `attempts` TINYINT UNSIGNED NOT NULL DEFAULT 0,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    INDEX `auth_challenges_user_id_idx`(`user_id`),
    INDEX `auth_challenges_expires_at_idx`(`expires_at`),
    PRIMARY KEY (`selector`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `known_devices` (
    `user_id` CHAR(36) NOT NULL,
    `device_hash` BINARY(32) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    INDEX `known_devices_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`user_id`, `device_hash`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `trusted_devices` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `secret_hash` BINARY(32) NOT NULL,
    `user_agent` VARCHAR(255) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `last_used_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,

    INDEX `trusted_devices_user_id_idx`(`user_id`),
    INDEX `trusted_devices_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `totp_credentials` (
    `user_id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `rev` BIGINT UNSIGNED NOT NULL,
    `sealed` VARBINARY(512) NULL,
    `pending` VARBINARY(512) NULL,
    `pending_at` DATETIME(3) NULL,
    `confirmed_at` DATETIME(3) NULL,
    `last_step` BIGINT UNSIGNED NULL,

    INDEX `totp_credentials_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`user_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `recovery_codes` (
    `user_id` CHAR(36) NOT NULL,
    `selector` TINYINT UNSIGNED NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `hash` VARCHAR(255) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `used_at` DATETIME(3) NULL,

    INDEX `recovery_codes_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`user_id`, `selector`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `oauth_accounts` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `provider` VARCHAR(16) NOT NULL,
    `identity` BINARY(32) NOT NULL,
    `issuer` VARCHAR(255) NOT NULL,
    `subject` VARCHAR(255) NOT NULL,
    `email` VARCHAR(254) NULL,
    `rev` BIGINT UNSIGNED NOT NULL DEFAULT 1,
    `refresh_sealed` VARBINARY(4096) NULL,
    `created_at` DATETIME(3) NOT NULL,
    `last_used_at` DATETIME(3) NULL,

    UNIQUE INDEX `oauth_accounts_identity_key`(`identity`),
    INDEX `oauth_accounts_user_id_idx`(`user_id`),
    INDEX `oauth_accounts_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `passkeys` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `credential_hash` BINARY(32) NOT NULL,
    `credential_id` VARBINARY(1023) NOT NULL,
    `public_key` VARBINARY(2048) NOT NULL,
    `counter` BIGINT UNSIGNED NOT NULL,
    `transports` VARCHAR(120) NOT NULL,
    `is_backed_up` BOOLEAN NOT NULL,
    `name` VARCHAR(120) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `last_used_at` DATETIME(3) NULL,

    UNIQUE INDEX `passkeys_credential_hash_key`(`credential_hash`),
    INDEX `passkeys_user_id_idx`(`user_id`),
    INDEX `passkeys_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `api_tokens` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `user_id` CHAR(36) NOT NULL,
    `name` VARCHAR(120) NOT NULL,
    `secret_hash` BINARY(32) NOT NULL,
    `hint` VARCHAR(8) NOT NULL,
    `scopes` VARCHAR(500) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `last_used_at` DATETIME(3) NULL,
    `revoked_at` DATETIME(3) NULL,

    UNIQUE INDEX `api_tokens_secret_hash_key`(`secret_hash`),
    INDEX `api_tokens_user_id_idx`(`user_id`),
    INDEX `api_tokens_tenant_id_idx`(`tenant_id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `invitations` (
    `id` CHAR(36) NOT NULL,
    `tenant_id` CHAR(36) NOT NULL,
    `email` VARCHAR(254) NOT NULL,
    `role` ENUM('owner', 'admin', 'member') NOT NULL,
    `invited_by` CHAR(36) NOT NULL,
    `selector` BINARY(8) NOT NULL,
    `secret_hash` BINARY(32) NOT NULL,
    `created_at` DATETIME(3) NOT NULL,
    `expires_at` DATETIME(3) NOT NULL,
    `accepted_at` DATETIME(3) NULL,
    `revoked_at` DATETIME(3) NULL,

    UNIQUE INDEX `invitations_selector_key`(`selector`),
    INDEX `invitations_tenant_id_idx`(`tenant_id`),
    INDEX `invitations_email_idx`(`email`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `audit_keys` (
    `user_id` CHAR(36) NOT NULL,
    `salt` BINARY(32) NOT NULL,

    PRIMARY KEY (`user_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `audit_seals` (
    `id` BIGINT UNSIGNED NOT NULL,
    `first_id` BIGINT UNSIGNED NOT NULL,
    `last_id` BIGINT UNSIGNED NOT NULL,
    `leaves` MEDIUMBLOB NOT NULL,
    `hash` BINARY(32) NOT NULL,
    `sealed_at` DATETIME(3) NOT NULL,

    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- AddForeignKey
ALTER TABLE `auth_challenges` ADD CONSTRAINT `auth_challenges_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `known_devices` ADD CONSTRAINT `known_devices_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `trusted_devices` ADD CONSTRAINT `trusted_devices_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `totp_credentials` ADD CONSTRAINT `totp_credentials_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `recovery_codes` ADD CONSTRAINT `recovery_codes_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `oauth_accounts` ADD CONSTRAINT `oauth_accounts_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `passkeys` ADD CONSTRAINT `passkeys_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `api_tokens` ADD CONSTRAINT `api_tokens_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE `invitations` ADD CONSTRAINT `invitations_tenant_id_fkey` FOREIGN KEY (`tenant_id`) REFERENCES `tenants`(`id`) ON DELETE CASCADE ON UPDATE CASCADE;

