import { type Finding, type Labels, type Manifest, nameOf, ofKind, type Workload, workloadsOf } from "../manifest.ts";
import { isLocal, networkPoliciesOf } from "../network-policy.ts";
import { type Selector, selects } from "../selector.ts";

/** Every selector chooses the pods that it is meant for, and some at all. */
export function checkSelectors(manifests: readonly Manifest[]): Finding[] {
  const workloads = workloadsOf(manifests);
  const findings: Finding[] = [];
  const check = (
    manifest: Manifest,
    what: string,
    selector: Selector,
    among: readonly Workload[] = workloads,
  ): void => {
    if (among.some(({ labels }) => selects(selector, labels))) return;
    const message = `${what} chooses no pod: ${JSON.stringify(selector)}`;
    findings.push({ object: nameOf(manifest), rule: "selector", message });
  };
  for (const workload of workloads) {
    const { manifest, pod } = workload;
    const selector = manifest.spec?.selector as Selector | undefined;
    if (selector !== undefined) {
      check(manifest, "selector", selector, [workload]);
      for (const other of workloads) {
        if (other === workload || !selects(selector, other.labels)) continue;
        findings.push({ object: workload.name, rule: "selector", message: `chooses pods of ${other.name} too` });
      }
    }
    for (const { topologyKey, labelSelector } of pod.topologySpreadConstraints ?? []) {
      check(manifest, `the spread over ${topologyKey}`, labelSelector as Selector, [workload]);
    }
  }
  for (const service of ofKind(manifests, "Service")) {
    check(service, "selector", { matchLabels: service.spec?.selector as Labels });
  }
  for (const kind of ["PodDisruptionBudget", "PodMonitor"]) {
    for (const manifest of ofKind(manifests, kind)) check(manifest, "selector", manifest.spec?.selector as Selector);
  }
  for (const { manifest, podSelector, ingress, egress } of networkPoliciesOf(manifests)) {
    check(manifest, "podSelector", podSelector);
    const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
    for (const peer of peers.filter(isLocal)) check(manifest, "a peer", peer.podSelector);
  }
  return [...findings, ...checkDefaultDeny(manifests)];
}

/** Some policy takes everything from everybody, so that the others list all that is allowed. */
function checkDefaultDeny(manifests: readonly Manifest[]): Finding[] {
  const denies = ofKind(manifests, "NetworkPolicy").some(({ spec = {} }) => {
    const { podSelector = {}, policyTypes = [], ingress, egress } = spec as Record<string, object | undefined>;
    const both = ["Ingress", "Egress"].every((type) => (policyTypes as string[]).includes(type));
    return both && Object.keys(podSelector).length === 0 && ingress === undefined && egress === undefined;
  });
  return denies ? [] : [{ object: "NetworkPolicy", rule: "default-deny", message: "no policy denies all by default" }];
}
