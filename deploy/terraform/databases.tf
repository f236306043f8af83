locals {
  databases = { platform = var.region, vault = var.vault_region }
}

resource "google_sql_database_instance" "timos" {
  for_each            = local.databases
  name                = "timos-${each.key}"
  region              = each.value
  database_version    = "MYSQL_8_0"
  deletion_protection = true
  depends_on          = [google_service_networking_connection.services]

  settings {
    tier                        = var.database_tier
    edition                     = "ENTERPRISE"
    availability_type           = var.highly_available ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_autoresize             = true
    deletion_protection_enabled = true
    # A copy that outlives the instance would outlive the promise of its receipts.
    retain_backups_on_delete = false

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.timos.id
    }

    # Both hold wrapped keys, and erasing destroys them: no copy of an erased one is older than the receipt promises.
    backup_configuration {
      enabled                        = true
      binary_log_enabled             = true
      location                       = each.value
      start_time                     = "01:00"
      transaction_log_retention_days = var.keys_backup_days - 1

      backup_retention_settings {
        retained_backups = var.keys_backup_days - 1
        retention_unit   = "COUNT"
      }
    }

    # They would hold statements.
    database_flags {
      name  = "general_log"
      value = "off"
    }
    database_flags {
      name  = "slow_query_log"
      value = "off"
    }
    database_flags {
      name  = "local_infile"
      value = "off"
    }
    database_flags {
      name  = "default_time_zone"
      value = "+00:00"
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }
  }
}

resource "google_sql_database" "timos" {
  for_each  = local.databases
  name      = "timos_${each.key}"
  instance  = google_sql_database_instance.timos[each.key].name
  charset   = "utf8mb4"
  collation = "utf8mb4_unicode_ci"
}

# Cloud SQL gives every account that is made this way the rights of an administrator. So only the one that changes
# tables is; the others are made by the job timos-accounts, each with the rights it needs.
ephemeral "random_password" "database" {
  for_each = local.accounts
  length   = 40
  special  = false
}

locals {
  # Raised by one, all passwords of the databases are new. Run the job timos-accounts, then deploy again.
  database_password_version = 1

  accounts = {
    for pair in setproduct(keys(local.databases), ["app", "migrate", "backup"]) :
    "${pair[0]}_${pair[1]}" => { database = pair[0], account = pair[1] }
  }
}

resource "google_sql_user" "migrate" {
  for_each            = local.databases
  name                = "timos_${each.key}_migrate"
  instance            = google_sql_database_instance.timos[each.key].name
  host                = "%"
  password_wo         = ephemeral.random_password.database["${each.key}_migrate"].result
  password_wo_version = local.database_password_version
}

resource "google_secret_manager_secret_version" "database_url" {
  for_each               = local.accounts
  secret                 = google_secret_manager_secret.timos["${each.key}_url"].id
  secret_data_wo         = "mysql://timos_${each.key}:${ephemeral.random_password.database[each.key].result}@${google_sql_database_instance.timos[each.value.database].private_ip_address}:3306/timos_${each.value.database}"
  secret_data_wo_version = local.database_password_version
}

resource "google_redis_instance" "timos" {
  name                    = "timos"
  region                  = var.region
  tier                    = var.highly_available ? "STANDARD_HA" : "BASIC"
  memory_size_gb          = 1
  redis_version           = "REDIS_7_2"
  authorized_network      = google_compute_network.timos.id
  connect_mode            = "PRIVATE_SERVICE_ACCESS"
  auth_enabled            = true
  transit_encryption_mode = "DISABLED"
  depends_on              = [google_service_networking_connection.services]

  redis_configs = {
    maxmemory-policy = "noeviction"
  }
}

# Redis makes its password itself, so this one is in the state. It guards counters and queues of identifiers.
resource "google_secret_manager_secret_version" "redis_url" {
  secret      = google_secret_manager_secret.timos["redis_url"].id
  secret_data = "redis://:${google_redis_instance.timos.auth_string}@${google_redis_instance.timos.host}:${google_redis_instance.timos.port}"
}
