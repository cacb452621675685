import { allContainers, type Finding, type Manifest, ofKind, type PlacedContainer, workloadsOf } from "../manifest.ts";

/** Limits, probes, images, labels: what keeps a cluster going when a pod does not. */
export function checkUpkeep(manifests: readonly Manifest[]): Finding[] {
  return [
    ...allContainers(manifests).flatMap((placed) => [
      ...checkResources(placed),
      ...checkProbes(placed),
      ...checkImage(placed),
    ]),
    ...checkLabels(manifests),
    ...checkBudgets(manifests),
  ];
}

function checkResources({ container, name }: PlacedContainer): Finding[] {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const wanted = ["cpu", "memory", "ephemeral-storage"];
  const missing = wanted.flatMap((resource) => [
    ...(resource in requests ? [] : [`no request of ${resource}`]),
    ...(resource in limits ? [] : [`no limit of ${resource}`]),
  ]);
  if (requests.memory !== limits.memory)
    missing.push("memory that is not requested may be taken away: request the limit");
  return missing.map((message) => ({ object: name, rule: "resources", message }));
}

function checkProbes({ container, workload, name, isInit }: PlacedContainer): Finding[] {
  if (isInit || !workload.isService) return [];
  return (["startupProbe", "livenessProbe", "readinessProbe"] as const)
    .filter((probe) => container[probe] === undefined)
    .map((probe) => ({ object: name, rule: "probes", message: `no ${probe}` }));
}

function checkImage({ container, name }: PlacedContainer): Finding[] {
  const { image = "" } = container;
  const [, tag, digest] = /^[^@]*?(?::([^:/@]+))?(@sha256:[0-9a-f]{64})?$/.exec(image) ?? [];
  if (digest !== undefined || (tag !== undefined && tag !== "latest")) return [];
  return [{ object: name, rule: "image-tag", message: `image ${image} is whatever is newest: name a version` }];
}

const commonLabels = ["name", "instance", "part-of", "managed-by"].map((name) => `app.kubernetes.io/${name}`);

function checkLabels(manifests: readonly Manifest[]): Finding[] {
  return manifests
    .filter(({ kind }) => kind !== "ConfigMap")
    .flatMap(({ kind, metadata }) =>
      commonLabels
        .filter((label) => metadata.labels?.[label] === undefined)
        .map((label) => ({ object: `${kind}/${metadata.name}`, rule: "labels", message: `no label ${label}` })),
    );
}

/** Each Deployment has a budget, and none of them blocks the drain of a node for ever. */
function checkBudgets(manifests: readonly Manifest[]): Finding[] {
  const budgets = ofKind(manifests, "PodDisruptionBudget");
  const findings: Finding[] = [];
  for (const { manifest, name } of workloadsOf(manifests)) {
    const isBudgeted = budgets.some(({ metadata }) => metadata.name === manifest.metadata.name);
    if (manifest.kind === "Deployment" && !isBudgeted) {
      findings.push({ object: name, rule: "budget", message: "no PodDisruptionBudget of its name" });
    }
  }
  for (const { metadata, spec } of budgets) {
    const { minAvailable, maxUnavailable } = (spec ?? {}) as { minAvailable?: unknown; maxUnavailable?: unknown };
    if (minAvailable === undefined && maxUnavailable !== 0 && maxUnavailable !== "0%") continue;
    const message = "may block the drain of a node for ever: say maxUnavailable, at least 1";
    findings.push({ object: `PodDisruptionBudget/${metadata.name}`, rule: "budget", message });
  }
  return findings;
}
