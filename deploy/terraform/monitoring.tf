resource "google_monitoring_notification_channel" "operator" {
  display_name = "TimOS operator"
  type         = "email"
  labels       = { email_address = var.alert_email }
}

resource "google_monitoring_uptime_check_config" "ready" {
  display_name = "TimOS answers"
  timeout      = "10s"
  period       = "60s"

  http_check {
    path         = "/health/ready"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = var.domain }
  }
}

locals {
  alerts = {
    "TimOS does not answer" = {
      filter    = "resource.type = \"uptime_url\" AND metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id = \"${google_monitoring_uptime_check_config.ready.uptime_check_id}\""
      aligner   = "ALIGN_FRACTION_TRUE"
      period    = "300s"
      duration  = "120s"
      above     = false
      threshold = 0.5
    }
    "TimOS answers with errors" = {
      filter    = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = \"timos-api\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      aligner   = "ALIGN_RATE"
      period    = "300s"
      duration  = "300s"
      above     = true
      threshold = 0.1
    }
    "A job of TimOS failed (backup, drill, migration)" = {
      filter    = "resource.type = \"cloud_run_job\" AND metric.type = \"run.googleapis.com/job/completed_execution_count\" AND metric.labels.result = \"failed\""
      aligner   = "ALIGN_DELTA"
      period    = "600s"
      duration  = "0s"
      above     = true
      threshold = 0
    }
    "A database of TimOS is nearly full" = {
      filter    = "resource.type = \"cloudsql_database\" AND metric.type = \"cloudsql.googleapis.com/database/disk/utilization\""
      aligner   = "ALIGN_MEAN"
      period    = "300s"
      duration  = "600s"
      above     = true
      threshold = 0.85
    }
  }
}

resource "google_monitoring_alert_policy" "timos" {
  for_each              = local.alerts
  display_name          = each.key
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.operator.id]

  conditions {
    display_name = each.key

    condition_threshold {
      filter          = each.value.filter
      comparison      = each.value.above ? "COMPARISON_GT" : "COMPARISON_LT"
      threshold_value = each.value.threshold
      duration        = each.value.duration

      aggregations {
        alignment_period   = each.value.period
        per_series_aligner = each.value.aligner
      }
    }
  }
}

# A backup that does not begin does not fail either: this one is about its absence.
resource "google_monitoring_alert_policy" "no_backup" {
  display_name          = "No backup of TimOS was made for a day"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.operator.id]

  conditions {
    display_name = "No successful backup"

    condition_absent {
      filter   = "resource.type = \"cloud_run_job\" AND resource.labels.job_name = \"timos-backup\" AND metric.type = \"run.googleapis.com/job/completed_execution_count\" AND metric.labels.result = \"succeeded\""
      duration = "84600s"

      aggregations {
        alignment_period   = "3600s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }
}
