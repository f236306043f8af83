# No versions, and nothing kept after it was deleted: a set of keys that the backup has let go has to be gone, or the
# receipts of erased accounts are not true.
resource "google_storage_bucket" "backups" {
  name                        = "${var.project_id}-timos-backups"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = false
  }

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  # Uploads that were begun and never completed.
  lifecycle_rule {
    condition {
      age = 2
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }
}

resource "google_storage_bucket_iam_member" "backups" {
  bucket = google_storage_bucket.backups.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.timos["operations"].member
}

# Backups are stored by the S3 protocol, for which Google's storage wants a key of this kind. It is in the state.
resource "google_storage_hmac_key" "backups" {
  service_account_email = google_service_account.timos["operations"].email
}

resource "google_secret_manager_secret_version" "storage_credentials" {
  secret      = google_secret_manager_secret.timos["storage_credentials"].id
  secret_data = "[default]\naws_access_key_id = ${google_storage_hmac_key.backups.access_id}\naws_secret_access_key = ${google_storage_hmac_key.backups.secret}\n"
}

resource "google_artifact_registry_repository" "timos" {
  repository_id = "timos"
  location      = var.region
  format        = "DOCKER"
  description   = "The images of TimOS. A tag is never moved to another image."

  docker_config {
    immutable_tags = true
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"

    most_recent_versions {
      keep_count = 20
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.needed]
}
