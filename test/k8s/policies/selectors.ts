import {
  type Finding,
  type Labels,
  type Manifest,
  nameOf,
  ofKind,
  selects,
  type Workload,
  workloadsOf,
} from "../manifest.ts";

type Selector = Parameters<typeof selects>[0];

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface NetworkPolicySpec {
  readonly podSelector: Selector;
  readonly ingress?: readonly { readonly from?: readonly Peer[] }[];
  readonly egress?: readonly { readonly to?: readonly Peer[] }[];
}

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
  for (const policy of ofKind(manifests, "NetworkPolicy")) {
    const { podSelector, ingress = [], egress = [] } = policy.spec as unknown as NetworkPolicySpec;
    check(policy, "podSelector", podSelector);
    const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
    for (const { podSelector: peer, namespaceSelector } of peers) {
      if (peer !== undefined && namespaceSelector === undefined) check(policy, "a peer", peer);
    }
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
