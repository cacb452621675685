# One shard with a replica, node-based: the serverless kind evicts, and Pomona refuses a Redis that may.
resource "aws_elasticache_parameter_group" "pomona" {
  name   = "pomona"
  family = "redis7"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_subnet_group" "pomona" {
  name       = "pomona"
  subnet_ids = var.subnet_ids
}

resource "aws_security_group" "redis" {
  name        = "pomona-redis"
  description = "Redis of Pomona, from the nodes alone"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "redis" {
  security_group_id            = aws_security_group.redis.id
  referenced_security_group_id = var.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "random_password" "redis" {
  length  = 48
  special = false
}

resource "aws_elasticache_replication_group" "pomona" {
  replication_group_id       = "pomona"
  description                = "Queues of Pomona; the truth is in S3"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = var.redis_node_type
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  parameter_group_name       = aws_elasticache_parameter_group.pomona.name
  subnet_group_name          = aws_elasticache_subnet_group.pomona.name
  security_group_ids         = [aws_security_group.redis.id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  auth_token                 = random_password.redis.result
}

# What the Secret pomona-redis holds; k8s/components/external-secrets fetches it from here.
resource "aws_secretsmanager_secret" "redis" {
  name = "pomona/redis"
}

resource "aws_secretsmanager_secret_version" "redis" {
  secret_id = aws_secretsmanager_secret.redis.id
  secret_string = jsonencode({
    url = "rediss://:${random_password.redis.result}@${aws_elasticache_replication_group.pomona.primary_endpoint_address}:6379"
  })
}
