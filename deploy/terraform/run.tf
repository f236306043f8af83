locals {
  api_environment = {
    NODE_ENV         = "production"
    API_HOST         = "0.0.0.0"
    API_PORT         = "4000"
    APP_URL          = "https://${var.domain}"
    MEK_PROVIDER     = "gcpkms"
    GCP_KMS_KEY      = google_kms_crypto_key.mek.id
    KEYS_BACKUP_DAYS = tostring(var.keys_backup_days)
    MAIL_FROM        = var.mail_from
    # Cloud Run's own hop, and the address of the balancer, which it adds behind that of the client.
    TRUST_PROXY = "169.254.0.0/16,35.191.0.0/16,130.211.0.0/22,${google_compute_global_address.front.address}/32"
  }

  operations_environment = {
    MEK_PROVIDER      = "gcpkms"
    GCP_KMS_KEY       = google_kms_crypto_key.mek.id
    KEYS_BACKUP_DAYS  = tostring(var.keys_backup_days)
    BACKUP_TO         = "s3://${google_storage_bucket.backups.name}/timos"
    BACKUP_RECIPIENTS = var.backup_recipients
    AWS_ENDPOINT_URL  = "https://storage.googleapis.com"
    AWS_REGION        = var.region
  }

  # A secret is a folder with one file.
  secret_files = { for name, variable in local.secret_variables : name => "/secrets/${name}/value" }

  environment_of = {
    api = merge(local.api_environment, {
      for name in local.secrets_of.api : "${local.secret_variables[name]}_FILE" => local.secret_files[name]
    })
    operations = merge(local.operations_environment, {
      for name in local.secrets_of.operations : "${local.secret_variables[name]}_FILE" => local.secret_files[name]
    })
  }

  jobs = {
    accounts = { args = ["deploy:accounts"], memory = "512Mi", timeout = "300s" }
    migrate  = { args = ["db:migrate"], memory = "512Mi", timeout = "1800s" }
    backup   = { args = ["backup"], memory = "2Gi", timeout = "21600s" }
    # What it restores is in memory: Cloud Run has no disk.
    drill = { args = ["drill"], memory = "16Gi", timeout = "21600s" }
  }
}

resource "google_cloud_run_v2_service" "api" {
  name                = "timos-api"
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = true

  template {
    service_account                  = google_service_account.timos["api"].email
    timeout                          = "60s"
    max_instance_request_concurrency = 80
    session_affinity                 = true
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"

    scaling {
      min_instance_count = 1
      max_instance_count = 10
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"

      network_interfaces {
        network    = google_compute_network.timos.id
        subnetwork = google_compute_subnetwork.run.id
      }
    }

    containers {
      image = var.initial_image

      ports {
        container_port = 4000
      }

      resources {
        limits            = { cpu = "2", memory = "1Gi" }
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.environment_of.api
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "volume_mounts" {
        for_each = local.secrets_of.api
        content {
          name       = replace(volume_mounts.value, "_", "-")
          mount_path = "/secrets/${volume_mounts.value}"
        }
      }

      startup_probe {
        initial_delay_seconds = 2
        period_seconds        = 3
        timeout_seconds       = 3
        failure_threshold     = 30

        http_get {
          path = "/health/ready"
        }
      }

      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 5
        failure_threshold = 3

        http_get {
          path = "/health/live"
        }
      }
    }

    dynamic "volumes" {
      for_each = local.secrets_of.api
      content {
        name = replace(volumes.value, "_", "-")

        secret {
          secret = google_secret_manager_secret.timos[volumes.value].secret_id

          items {
            version = "latest"
            path    = "value"
          }
        }
      }
    }
  }

  # The workflow puts images in place and says which revision has the traffic.
  lifecycle {
    ignore_changes = [template[0].containers[0].image, template[0].revision, traffic, client, client_version]
  }
}

resource "google_cloud_run_v2_worker_pool" "worker" {
  name                = "timos-worker"
  location            = var.region
  deletion_protection = true

  scaling {
    manual_instance_count = 1
  }

  template {
    service_account = google_service_account.timos["api"].email

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"

      network_interfaces {
        network    = google_compute_network.timos.id
        subnetwork = google_compute_subnetwork.run.id
      }
    }

    containers {
      image = var.initial_image

      resources {
        limits = { cpu = "1", memory = "512Mi" }
      }

      dynamic "env" {
        for_each = local.environment_of.api
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "volume_mounts" {
        for_each = local.secrets_of.api
        content {
          name       = replace(volume_mounts.value, "_", "-")
          mount_path = "/secrets/${volume_mounts.value}"
        }
      }
    }

    dynamic "volumes" {
      for_each = local.secrets_of.api
      content {
        name = replace(volumes.value, "_", "-")

        secret {
          secret = google_secret_manager_secret.timos[volumes.value].secret_id

          items {
            version = "latest"
            path    = "value"
          }
        }
      }
    }
  }

  # Its command is the workflow's too: the first image would not know it.
  lifecycle {
    ignore_changes = [
      template[0].containers[0].image, template[0].containers[0].command, template[0].containers[0].args,
      template[0].revision, client, client_version,
    ]
  }
}

resource "google_cloud_run_v2_service" "web" {
  name                = "timos-web"
  location            = var.region
  ingress             = "INGRESS_TRAFFIC_ALL"
  deletion_protection = true

  template {
    service_account = google_service_account.timos["web"].email
    timeout         = "60s"

    scaling {
      min_instance_count = 1
      max_instance_count = 10
    }

    containers {
      image = var.initial_image

      ports {
        container_port = 3000
      }

      resources {
        limits            = { cpu = "1", memory = "512Mi" }
        startup_cpu_boost = true
      }
    }
  }

  lifecycle {
    ignore_changes = [template[0].containers[0].image, template[0].revision, traffic, client, client_version]
  }
}

# TimOS itself says who may do what.
resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = { api = google_cloud_run_v2_service.api.name, web = google_cloud_run_v2_service.web.name }
  location = var.region
  name     = each.value
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_job" "operations" {
  for_each            = local.jobs
  name                = "timos-${each.key}"
  location            = var.region
  deletion_protection = false

  template {
    task_count = 1

    template {
      service_account       = google_service_account.timos["operations"].email
      max_retries           = 0
      timeout               = each.value.timeout
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.timos.id
          subnetwork = google_compute_subnetwork.run.id
        }
      }

      containers {
        image = var.initial_image
        args  = each.value.args

        resources {
          limits = { cpu = "4", memory = each.value.memory }
        }

        dynamic "env" {
          for_each = local.environment_of.operations
          content {
            name  = env.key
            value = env.value
          }
        }

        dynamic "volume_mounts" {
          for_each = local.secrets_of.operations
          content {
            name       = replace(volume_mounts.value, "_", "-")
            mount_path = "/secrets/${volume_mounts.value}"
          }
        }
      }

      dynamic "volumes" {
        for_each = local.secrets_of.operations
        content {
          name = replace(volumes.value, "_", "-")

          secret {
            secret = google_secret_manager_secret.timos[volumes.value].secret_id

            items {
              version = "latest"
              path    = "value"
            }
          }
        }
      }
    }
  }

  lifecycle {
    ignore_changes = [template[0].template[0].containers[0].image, client, client_version]
  }
}
