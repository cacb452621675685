# The policies are the files that docs/pool.md explains, with the names of these buckets.
locals {
  policies = {
    for name in ["run", "maintain"] : name => replace(
      replace(file("${path.module}/../iam/${name}.json"), "photos-bucket", var.photos_bucket),
      "results-bucket", var.results_bucket
    )
  }
  # Who may delete: reducers and coordinator, which remove damaged shards and replace the result of a refit. Take them to "run"
  # where nothing is ever to be deleted by a pod.
  roles = {
    coordinator = "maintain"
    reducer     = "maintain"
    worker      = "run"
    dashboard   = "run"
    client      = "run"
  }
}

resource "aws_iam_policy" "pomona" {
  for_each = local.policies
  name     = "pomona-${each.key}"
  policy   = each.value
}

resource "aws_iam_role" "pomona" {
  for_each           = local.policies
  name               = "pomona-${each.key}"
  assume_role_policy = file("${path.module}/../iam/trust-pod-identity.json")
}

resource "aws_iam_role_policy_attachment" "pomona" {
  for_each   = local.policies
  role       = aws_iam_role.pomona[each.key].name
  policy_arn = aws_iam_policy.pomona[each.key].arn
}

resource "aws_eks_pod_identity_association" "pomona" {
  for_each        = local.roles
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.key
  role_arn        = aws_iam_role.pomona[each.value].arn
}
