output "registry" {
  value = aws_ecr_repository.pomona["pomona"].repository_url
}

output "redis_secret" {
  value       = aws_secretsmanager_secret.redis.name
  description = "aws secretsmanager get-secret-value --secret-id pomona/redis --query SecretString --output text"
}

output "role_arns" {
  value = { for name, role in aws_iam_role.pomona : name => role.arn }
}
