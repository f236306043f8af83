terraform {
  # Values that are in no state (write-only arguments) came with 1.11.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # Given by `terraform init -backend-config="bucket=…"`: a bucket of its own, made by hand, that only whoever applies
  # this can read.
  backend "gcs" {
    prefix = "timos"
  }
}

provider "google" {
  project = var.project_id
  region  = var.region
}
