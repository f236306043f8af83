output "front_address" {
  description = "The A record of the domain."
  value       = google_compute_global_address.front.address
}

# The variables of the GitHub environment "production". None of them is a secret.
output "github_variables" {
  value = {
    GCP_PROJECT_ID                 = var.project_id
    GCP_REGION                     = var.region
    GCP_WORKLOAD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.github.name
    GCP_SERVICE_ACCOUNT            = google_service_account.timos["deployer"].email
    GCP_REGISTRY                   = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.timos.repository_id}"
    TIMOS_DOMAIN                   = var.domain
  }
}
