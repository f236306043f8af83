resource "google_kms_key_ring" "timos" {
  name       = "timos"
  location   = var.region
  depends_on = [google_project_service.needed]
}

# The master key. Former versions open what they wrapped; none is ever destroyed by this.
resource "google_kms_crypto_key" "mek" {
  name                       = "mek"
  key_ring                   = google_kms_key_ring.timos.id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = "7776000s"
  destroy_scheduled_duration = "2592000s"

  version_template {
    algorithm        = "GOOGLE_SYMMETRIC_ENCRYPTION"
    protection_level = "HSM"
  }

  lifecycle {
    prevent_destroy = true
  }
}

locals {
  # The variables that a secret is the file of, by the name of the secret.
  secret_variables = {
    platform_app_url     = "PLATFORM_DATABASE_URL"
    platform_migrate_url = "PLATFORM_MIGRATE_URL"
    platform_backup_url  = "PLATFORM_BACKUP_URL"
    vault_app_url        = "VAULT_DATABASE_URL"
    vault_migrate_url    = "VAULT_MIGRATE_URL"
    vault_backup_url     = "VAULT_BACKUP_URL"
    redis_url            = "REDIS_URL"
    token_key            = "TOKEN_KEY"
    password_pepper      = "PASSWORD_PEPPER"
    jwt_keys             = "JWT_KEYS"
    metrics_token        = "METRICS_TOKEN"
    smtp_url             = "SMTP_URL"
    backup_key           = "BACKUP_KEY"
    backup_identity      = "BACKUP_IDENTITY"
    storage_credentials  = "AWS_SHARED_CREDENTIALS"
  }

  # What each of our service accounts may read.
  secrets_of = {
    api = [
      "platform_app_url", "vault_app_url", "redis_url", "token_key", "password_pepper", "jwt_keys", "metrics_token",
      "smtp_url",
    ]
    operations = [
      "platform_app_url", "platform_migrate_url", "platform_backup_url", "vault_app_url", "vault_migrate_url",
      "vault_backup_url", "token_key", "password_pepper", "jwt_keys", "backup_key", "backup_identity",
      "storage_credentials",
    ]
  }
}

# token_key, password_pepper, jwt_keys, metrics_token, smtp_url, backup_key and backup_identity are filled by hand, once:
# docs/operations/cloud-run.md. What Terraform never had is in no state.
resource "google_secret_manager_secret" "timos" {
  for_each  = local.secret_variables
  secret_id = "timos-${replace(each.key, "_", "-")}"

  replication {
    auto {}
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = merge([
    for account, names in local.secrets_of : {
      for name in names : "${account}/${name}" => { account = account, name = name }
    }
  ]...)
  secret_id = google_secret_manager_secret.timos[each.value.name].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.timos[each.value.account].member
}

resource "google_kms_crypto_key_iam_member" "mek" {
  for_each      = toset(["api", "operations"])
  crypto_key_id = google_kms_crypto_key.mek.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = google_service_account.timos[each.value].member
}
