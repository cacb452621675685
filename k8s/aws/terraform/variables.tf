variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "cluster_name" {
  type        = string
  description = "The EKS cluster, with the add-on eks-pod-identity-agent."
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets for Redis, in at least two zones."
}

variable "node_security_group_id" {
  type        = string
  description = "Security group of the nodes, which may reach Redis."
}

variable "photos_bucket" {
  type        = string
  description = "An existing bucket with the images, below photos/."
}

variable "results_bucket" {
  type        = string
  description = "To be made: tables below results/, the list of runs below pomona-home/."
}

variable "namespace" {
  type    = string
  default = "pomona"
}

variable "redis_node_type" {
  type        = string
  default     = "cache.t4g.small"
  description = "Jobs are pointers: 100 million images in batches of 256 take about 0.1 GB."
}
