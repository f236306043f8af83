resource "google_service_account" "timos" {
  for_each = {
    api        = "TimOS: API and worker"
    web        = "TimOS: web, which may do nothing"
    operations = "TimOS: migrations, backups, drills"
    scheduler  = "TimOS: starts jobs at their time"
    deployer   = "TimOS: deploys from GitHub"
  }
  account_id   = "timos-${each.key}"
  display_name = each.value
  depends_on   = [google_project_service.needed]
}

# GitHub proves to Google which workflow runs, by a token that ends with it. No key is stored anywhere.
resource "google_iam_workload_identity_pool" "github" {
  workload_identity_pool_id = "timos-github"
  depends_on                = [google_project_service.needed]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"

  attribute_mapping = {
    "google.subject"          = "assertion.sub"
    "attribute.repository_id" = "assertion.repository_id"
    "attribute.ref"           = "assertion.ref"
    "attribute.environment"   = "assertion.environment"
  }

  # Everybody on GitHub has tokens of this issuer: without this, any repository could deploy.
  attribute_condition = join(" && ", [
    "assertion.repository == '${var.github_repository}'",
    "assertion.repository_id == '${var.github_repository_id}'",
    "assertion.ref == '${var.github_ref}'",
    "assertion.ref_type == 'branch'",
    "assertion.environment == 'production'",
    "assertion.job_workflow_ref == '${var.github_repository}/.github/workflows/deploy.yml@${var.github_ref}'",
  ])

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "deployer_is_github" {
  service_account_id = google_service_account.timos["deployer"].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github.name}/attribute.repository_id/${var.github_repository_id}"
}

resource "google_artifact_registry_repository_iam_member" "deployer" {
  location   = google_artifact_registry_repository.timos.location
  repository = google_artifact_registry_repository.timos.name
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.timos["deployer"].member
}

# May put new revisions in place and start jobs, and not change who may call or what reads which secret.
resource "google_project_iam_member" "deployer" {
  project = var.project_id
  role    = "roles/run.developer"
  member  = google_service_account.timos["deployer"].member
}

resource "google_service_account_iam_member" "deployer_acts_as" {
  for_each           = toset(["api", "web", "operations"])
  service_account_id = google_service_account.timos[each.value].name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.timos["deployer"].member
}
