import { type Finding, type Manifest, nameOf } from "./manifest.ts";

/** Where the models of an API group are; groups of Kubernetes itself are in `kubernetes-models`. */
const packages: Readonly<Record<string, string>> = {
  "keda.sh": "@kubernetes-models/keda",
  "karpenter.sh": "@kubernetes-models/karpenter",
  "karpenter.k8s.aws": "@kubernetes-models/karpenter",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
  "external-secrets.io": "@kubernetes-models/external-secrets",
};

type Model = new (data: unknown) => { validate(): void };

/** `apps/v1` → `kubernetes-models/apps/v1`. */
export function moduleOf(apiVersion: string): string {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  if (group === "") return `kubernetes-models/${version}`;
  return `${packages[group ?? ""] ?? "kubernetes-models"}/${apiVersion}`;
}

/** Types, required fields, enumerations and formats, as the API's own schemas say; not fields that it does not know. */
export async function checkSchema(manifests: readonly Manifest[]): Promise<Finding[]> {
  const findings = await Promise.all(manifests.map(checkOne));
  return findings.flat();
}

async function checkOne(manifest: Manifest): Promise<Finding[]> {
  const { apiVersion, kind } = manifest;
  const models: Record<string, Model> = await import(moduleOf(apiVersion)).catch(() => ({}));
  const Model = models[kind];
  if (Model === undefined) return [finding(manifest, `${apiVersion} has no ${kind}`)];
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    return [finding(manifest, (error as Error).message)];
  }
}

function finding(manifest: Manifest, message: string): Finding {
  return { object: nameOf(manifest), rule: "schema", message };
}
