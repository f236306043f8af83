variable "project_id" {
  description = "The Google Cloud project, which holds nothing else."
  type        = string
}

variable "region" {
  description = "Where everything but the vault runs."
  type        = string
  default     = "europe-west3"
}

variable "vault_region" {
  description = "Where the vault's database is. Another region than the first keeps the two databases apart, and costs each request their distance."
  type        = string
  default     = "europe-west3"
}

variable "domain" {
  description = "The name people open, whose A record is the address this puts out. Passkeys belong to it: it cannot be changed later."
  type        = string
}

variable "github_repository" {
  description = "The repository that may deploy, as owner/name."
  type        = string

  validation {
    condition     = can(regex("^[\\w.-]+/[\\w.-]+$", var.github_repository))
    error_message = "Write it as owner/name."
  }
}

variable "github_repository_id" {
  description = "The number of that repository (gh api repos/OWNER/NAME --jq .id): a name can be taken over by somebody else, a number cannot."
  type        = string
}

variable "github_ref" {
  description = "The only ref whose workflows may deploy."
  type        = string
  default     = "refs/heads/main"
}

variable "keys_backup_days" {
  description = "KEYS_BACKUP_DAYS: what receipts of erased accounts promise. No copy of a database lives for longer."
  type        = number
  default     = 7

  validation {
    condition     = var.keys_backup_days >= 2 && var.keys_backup_days <= 8
    error_message = "Cloud SQL keeps the logs of 1 to 7 days, and they are kept for one day less than this."
  }
}

variable "backup_recipients" {
  description = "Recipients of age (age1…) that backups are encrypted to, separated by commas."
  type        = string
}

variable "mail_from" {
  description = "The sender of mails."
  type        = string
}

variable "alert_email" {
  description = "Who is told when something is amiss."
  type        = string
}

variable "database_tier" {
  description = "The machine of each database."
  type        = string
  default     = "db-custom-1-3840"
}

variable "highly_available" {
  description = "Databases in two zones, and Redis with a replica."
  type        = bool
  default     = true
}

variable "initial_image" {
  description = "What services run before the first deployment; afterwards the workflow decides."
  type        = string
  default     = "us-docker.pkg.dev/cloudrun/container/hello"
}
