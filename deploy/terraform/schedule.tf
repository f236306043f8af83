locals {
  times = { backup = "15 3 * * *", drill = "30 4 * * 0" }
}

resource "google_cloud_run_v2_job_iam_member" "scheduler" {
  for_each = local.times
  location = var.region
  name     = google_cloud_run_v2_job.operations[each.key].name
  role     = "roles/run.invoker"
  member   = google_service_account.timos["scheduler"].member
}

resource "google_cloud_scheduler_job" "operations" {
  for_each         = local.times
  name             = "timos-${each.key}"
  region           = var.region
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "180s"

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.operations[each.key].id}:run"

    oauth_token {
      service_account_email = google_service_account.timos["scheduler"].email
    }
  }
}
