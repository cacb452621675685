import { type Finding, type Labels, type Manifest, nameOf, ofKind, type Workload, workloadsOf } from "../manifest.ts";
import { isLocal, networkPoliciesOf } from "../network-policy.ts";
import { type Selector, selects } from "../selector.ts";
import { hasPort } from "./references.ts";

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: string | number;
}

/** Objects that name each other's ports and names: Services, policies, monitors, scalers, node pools, stores. */
export function checkWiring(manifests: readonly Manifest[]): Finding[] {
  const workloads = workloadsOf(manifests);
  const services = ofKind(manifests, "Service");
  const findings: Finding[] = [];
  const report = (manifest: Manifest, message: string): void =>
    void findings.push({ object: nameOf(manifest), rule: "wiring", message });
  const needPort = (manifest: Manifest, chosen: readonly Workload[], port: string | number | undefined): void => {
    if (port === undefined || chosen.some(({ pod }) => pod.containers.some((container) => hasPort(container, port))))
      return;
    report(manifest, `no chosen pod has port ${port}`);
  };
  const chosenBy = (selector: Selector): Workload[] => workloads.filter(({ labels }) => selects(selector, labels));
  const exists = (kind: string, name: string): boolean =>
    ofKind(manifests, kind).some(({ metadata }) => metadata.name === name);

  for (const service of services) {
    const { selector, ports } = service.spec as { selector: Labels; ports: readonly ServicePort[] };
    for (const { port, targetPort = port } of ports) needPort(service, chosenBy({ matchLabels: selector }), targetPort);
  }
  for (const { manifest, podSelector, ingress, egress } of networkPoliciesOf(manifests)) {
    for (const { ports = [] } of ingress) for (const { port } of ports) needPort(manifest, chosenBy(podSelector), port);
    for (const { to = [], ports = [] } of egress) {
      for (const peer of to.filter(isLocal)) {
        for (const { port } of ports) needPort(manifest, chosenBy(peer.podSelector), port);
      }
    }
  }
  for (const monitor of ofKind(manifests, "PodMonitor")) {
    const { selector, podMetricsEndpoints } = monitor.spec as {
      selector: Selector;
      podMetricsEndpoints: readonly { readonly port: string }[];
    };
    for (const { port } of podMetricsEndpoints) needPort(monitor, chosenBy(selector), port);
  }
  for (const ingress of ofKind(manifests, "Ingress")) {
    const { rules } = ingress.spec as {
      rules: readonly { http: { paths: readonly { backend: { service: { name: string; port: ServicePort } } }[] } }[];
    };
    for (const { backend } of rules.flatMap(({ http }) => http.paths)) {
      const { name, port } = backend.service;
      const ports = services.find(({ metadata }) => metadata.name === name)?.spec?.ports as ServicePort[] | undefined;
      if (ports?.some((one) => one.name === port.name) !== true)
        report(ingress, `no Service ${name} with port ${port.name}`);
    }
  }
  for (const scaled of ofKind(manifests, "ScaledObject")) {
    const { scaleTargetRef, triggers } = scaled.spec as {
      scaleTargetRef: { name: string };
      triggers: readonly { type: string; metadata: Readonly<Record<string, string>> }[];
    };
    const target = ofKind(manifests, "Deployment").find(({ metadata }) => metadata.name === scaleTargetRef.name);
    if (target === undefined) report(scaled, `no Deployment ${scaleTargetRef.name}`);
    else if (target.spec?.replicas !== undefined) report(scaled, `${scaleTargetRef.name} has replicas of its own`);
    for (const { metadata } of triggers) {
      const { hostname, port, pathname } = new URL(metadata.url);
      const [name, namespace] = hostname.split(".");
      const found = services.find((one) => one.metadata.name === name && one.metadata.namespace === namespace);
      const ports = (found?.spec?.ports ?? []) as readonly ServicePort[];
      if (!ports.some((one) => String(one.port) === port)) report(scaled, `no Service answers at ${metadata.url}`);
      if (pathname !== "/backlog") report(scaled, `${pathname} is not the backlog`);
    }
  }
  for (const pool of ofKind(manifests, "NodePool")) {
    const { name } = (pool.spec as { template: { spec: { nodeClassRef: { name: string } } } }).template.spec
      .nodeClassRef;
    if (!exists("EC2NodeClass", name)) report(pool, `no EC2NodeClass ${name}`);
  }
  for (const secret of ofKind(manifests, "ExternalSecret")) {
    const { name } = (secret.spec as { secretStoreRef: { name: string } }).secretStoreRef;
    if (!exists("SecretStore", name)) report(secret, `no SecretStore ${name}`);
  }
  return [...findings, ...checkPlacement(manifests)];
}

interface Taint {
  readonly key: string;
  readonly value?: string;
}

/** Pods that ask for a node pool find it, and bear its taints. */
function checkPlacement(manifests: readonly Manifest[]): Finding[] {
  const pools = ofKind(manifests, "NodePool");
  return workloadsOf(manifests).flatMap(({ name: object, pod }) => {
    const wanted = pod.nodeSelector?.["karpenter.sh/nodepool"];
    if (wanted === undefined) return [];
    const pool = pools.find(({ metadata }) => metadata.name === wanted);
    if (pool === undefined) return [{ object, rule: "wiring", message: `no NodePool ${wanted}` }];
    const { taints = [] } = (pool.spec as { template: { spec: { taints?: readonly Taint[] } } }).template.spec;
    const isBorne = ({ key, value }: Taint): boolean =>
      (pod.tolerations ?? []).some((one) => one.key === key && (one.operator === "Exists" || one.value === value));
    return taints
      .filter((taint) => !isBorne(taint))
      .map(({ key, value }) => ({ object, rule: "wiring", message: `does not bear ${key}=${value} of ${wanted}` }));
  });
}
