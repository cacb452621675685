import { allContainers, type Finding, type Manifest, ofKind, workloadsOf } from "../manifest.ts";

/** No root, no privileges, nothing to write to but its own volumes: what Pod Security calls `restricted`, and more. */
export function checkConfinement(manifests: readonly Manifest[]): Finding[] {
  const findings: Finding[] = [];
  for (const { container, workload, name } of allContainers(manifests)) {
    const report = (rule: string, message: string): void => void findings.push({ object: name, rule, message });
    const { securityContext: ofPod = {} } = workload.pod;
    const { securityContext: own = {} } = container;
    const user = own.runAsUser ?? ofPod.runAsUser;
    if ((own.runAsNonRoot ?? ofPod.runAsNonRoot) !== true) report("non-root", "runAsNonRoot is not true");
    if (user === undefined || user === 0) report("non-root", `runAsUser is ${user}, not the number of a user`);
    if (own.readOnlyRootFilesystem !== true) report("read-only-root", "readOnlyRootFilesystem is not true");
    if (own.allowPrivilegeEscalation !== false) report("privileges", "allowPrivilegeEscalation is not false");
    if (own.privileged === true) report("privileges", "privileged");
    if (!own.capabilities?.drop?.includes("ALL")) report("capabilities", "not all capabilities are dropped");
    if ((own.capabilities?.add ?? []).length > 0) report("capabilities", `adds ${own.capabilities?.add}`);
    const seccomp = own.seccompProfile ?? ofPod.seccompProfile;
    if (seccomp?.type !== "RuntimeDefault") report("privileges", "seccompProfile is not RuntimeDefault");
    for (const { hostPort } of container.ports ?? []) if (hostPort) report("privileges", `hostPort ${hostPort}`);
    for (const { name: volume, mountPath, readOnly } of container.volumeMounts ?? []) {
      const isEmpty = workload.pod.volumes?.some((one) => one.name === volume && one.emptyDir);
      if (isEmpty && !readOnly && mountPath !== "/tmp") report("writable-tmp", `writes to ${mountPath}, not only /tmp`);
    }
  }
  for (const { name, pod } of workloadsOf(manifests)) {
    const report = (rule: string, message: string): void => void findings.push({ object: name, rule, message });
    for (const shared of ["hostNetwork", "hostPID", "hostIPC"] as const) if (pod[shared]) report("privileges", shared);
    for (const { name: volume, hostPath, emptyDir } of pod.volumes ?? []) {
      if (hostPath) report("privileges", `volume ${volume} is a folder of the node`);
      if (emptyDir && emptyDir.sizeLimit === undefined) report("resources", `volume ${volume} has no sizeLimit`);
    }
    if (pod.automountServiceAccountToken !== false) report("token", "mounts a token of the Kubernetes API, unused");
    if (pod.enableServiceLinks !== false) report("service-links", "gets variables for each Service");
  }
  return [...findings, ...checkNamespaces(manifests)];
}

const clusterWide = new Set(["Namespace", "NodePool", "EC2NodeClass"]);

function checkNamespaces(manifests: readonly Manifest[]): Finding[] {
  const restricted = ofKind(manifests, "Namespace").filter(
    ({ metadata }) => metadata.labels?.["pod-security.kubernetes.io/enforce"] === "restricted",
  );
  const names = new Set(restricted.map(({ metadata }) => metadata.name));
  return manifests
    .filter(({ kind, metadata }) => !clusterWide.has(kind) && !names.has(metadata.namespace ?? ""))
    .map(({ kind, metadata }) => ({
      object: `${kind}/${metadata.name}`,
      rule: "namespace",
      message: `namespace ${metadata.namespace} is none that Pod Security restricts`,
    }));
}
