# What Pomona needs beside an EKS cluster: buckets, a registry, roles for its pods, Redis. The cluster itself, its node groups
# and add-ons (Pod Identity agent, KEDA, Karpenter) are the platform's.
terraform {
  required_version = ">= 1.9"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { app = "pomona" }
  }
}
