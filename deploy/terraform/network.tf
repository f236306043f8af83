locals {
  services = [
    "artifactregistry.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "redis.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
  ]
}

resource "google_project_service" "needed" {
  for_each           = toset(local.services)
  service            = each.value
  disable_on_destroy = false
}

resource "google_compute_network" "timos" {
  name                    = "timos"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.needed]
}

resource "google_compute_subnetwork" "run" {
  name                     = "timos-run"
  network                  = google_compute_network.timos.id
  region                   = var.region
  ip_cidr_range            = "10.20.0.0/24"
  private_ip_google_access = true
}

# Databases and Redis have addresses of this range, and none outside.
resource "google_compute_global_address" "services" {
  name          = "timos-services"
  network       = google_compute_network.timos.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  address       = "10.30.0.0"
  prefix_length = 16
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.timos.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
}

# API and web are one origin: the refresh cookie is of one site, and no other can use it.
resource "google_compute_global_address" "front" {
  name       = "timos-front"
  depends_on = [google_project_service.needed]
}

resource "google_compute_region_network_endpoint_group" "front" {
  for_each              = { api = google_cloud_run_v2_service.api.name, web = google_cloud_run_v2_service.web.name }
  name                  = "timos-${each.key}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.value
  }
}

resource "google_compute_backend_service" "front" {
  for_each              = google_compute_region_network_endpoint_group.front
  name                  = "timos-${each.key}"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"

  # Request ids of our own, as the API expects them, are not the balancer's to make; it adds its trace header.
  backend {
    group = each.value.id
  }

  log_config {
    enable      = true
    sample_rate = 1
  }
}

resource "google_compute_url_map" "front" {
  name            = "timos"
  default_service = google_compute_backend_service.front["web"].id

  host_rule {
    hosts        = [var.domain]
    path_matcher = "timos"
  }

  path_matcher {
    name            = "timos"
    default_service = google_compute_backend_service.front["web"].id

    path_rule {
      paths   = ["/api", "/api/*", "/health/*"]
      service = google_compute_backend_service.front["api"].id
    }
  }
}

resource "google_compute_managed_ssl_certificate" "front" {
  name = "timos"

  managed {
    domains = [var.domain]
  }
}

resource "google_compute_ssl_policy" "front" {
  name            = "timos"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "front" {
  name             = "timos"
  url_map          = google_compute_url_map.front.id
  ssl_certificates = [google_compute_managed_ssl_certificate.front.id]
  ssl_policy       = google_compute_ssl_policy.front.id
}

resource "google_compute_global_forwarding_rule" "front" {
  name                  = "timos"
  target                = google_compute_target_https_proxy.front.id
  ip_address            = google_compute_global_address.front.id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

resource "google_compute_url_map" "to_https" {
  name = "timos-to-https"

  default_url_redirect {
    https_redirect         = true
    strip_query            = false
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  name    = "timos-to-https"
  url_map = google_compute_url_map.to_https.id
}

resource "google_compute_global_forwarding_rule" "to_https" {
  name                  = "timos-to-https"
  target                = google_compute_target_http_proxy.to_https.id
  ip_address            = google_compute_global_address.front.id
  port_range            = "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
