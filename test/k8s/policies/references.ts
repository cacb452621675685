import type { IContainer, IProbe } from "kubernetes-models/v1";
import { configMap } from "../environment.ts";
import { handMadeSecrets } from "../hand-made-secrets.ts";
import {
  allContainers,
  type Finding,
  type Manifest,
  nameOf,
  ofKind,
  type PlacedContainer,
  workloadsOf,
} from "../manifest.ts";

/** Every ConfigMap, Secret, account, volume and port that a pod names is there. */
export function checkReferences(manifests: readonly Manifest[]): Finding[] {
  const secrets = secretsOf(manifests);
  const accounts = new Set(ofKind(manifests, "ServiceAccount").map(({ metadata }) => metadata.name));
  const findings: Finding[] = [];
  const report = (object: string, message: string): void => void findings.push({ object, rule: "reference", message });

  const needConfigMap = (object: string, name: string | undefined, key?: string): void => {
    const found = configMap(manifests, name ?? "");
    if (found === undefined) report(object, `no ConfigMap ${name}`);
    else if (key !== undefined && found.data?.[key] === undefined) report(object, `ConfigMap ${name} has no ${key}`);
  };
  const needSecret = (object: string, name: string | undefined, key?: string): void => {
    const keys = secrets.get(name ?? "");
    if (keys === undefined) report(object, `no Secret ${name}, neither here nor by a command of docs/eks.md`);
    else if (key !== undefined && !keys.includes(key)) report(object, `Secret ${name} has no ${key}`);
  };

  for (const placed of allContainers(manifests)) {
    const { container, name } = placed;
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      if (configMapRef) needConfigMap(name, configMapRef.name);
      if (secretRef) needSecret(name, secretRef.name);
    }
    for (const { valueFrom } of container.env ?? []) {
      if (valueFrom?.configMapKeyRef)
        needConfigMap(name, valueFrom.configMapKeyRef.name, valueFrom.configMapKeyRef.key);
      if (valueFrom?.secretKeyRef) needSecret(name, valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key);
    }
    for (const message of [...missingVolumes(placed), ...missingProbePorts(container)]) report(name, message);
  }
  for (const { name, pod } of workloadsOf(manifests)) {
    for (const { configMap: map, secret } of pod.volumes ?? []) {
      if (map) needConfigMap(name, map.name);
      if (secret) needSecret(name, secret.secretName);
    }
    const { serviceAccountName } = pod;
    if (serviceAccountName !== undefined && !accounts.has(serviceAccountName)) {
      report(name, `no ServiceAccount ${serviceAccountName}`);
    }
  }
  for (const ingress of ofKind(manifests, "Ingress")) {
    const oidc = ingress.metadata.annotations?.["alb.ingress.kubernetes.io/auth-idp-oidc"];
    if (oidc !== undefined) needSecret(nameOf(ingress), (JSON.parse(oidc) as { secretName?: string }).secretName);
  }
  return findings;
}

/** Keys by the names of Secrets: made here, fetched by External Secrets, or made by hand. */
function secretsOf(manifests: readonly Manifest[]): ReadonlyMap<string, readonly string[]> {
  const secrets = new Map(handMadeSecrets());
  for (const { metadata, data = {}, stringData = {} } of ofKind(manifests, "Secret")) {
    secrets.set(metadata.name, Object.keys({ ...data, ...(stringData as object) }));
  }
  for (const { spec = {} } of ofKind(manifests, "ExternalSecret")) {
    const { target, data } = spec as { target: { name: string }; data: readonly { secretKey: string }[] };
    secrets.set(
      target.name,
      data.map(({ secretKey }) => secretKey),
    );
  }
  return secrets;
}

function missingVolumes({ container, workload }: PlacedContainer): string[] {
  const claims = (workload.manifest.spec?.volumeClaimTemplates ?? []) as readonly Manifest[];
  const volumes = [
    ...(workload.pod.volumes ?? []).map(({ name }) => name),
    ...claims.map(({ metadata }) => metadata.name),
  ];
  return (container.volumeMounts ?? [])
    .filter(({ name }) => !volumes.includes(name))
    .map(({ name }) => `no volume ${name}`);
}

function missingProbePorts(container: IContainer): string[] {
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe] as (IProbe | undefined)[];
  return probes
    .map((probe) => probe?.httpGet?.port ?? probe?.tcpSocket?.port)
    .filter((port) => port !== undefined && !hasPort(container, port))
    .map((port) => `a probe asks port ${port}, which the container does not have`);
}

export function hasPort(container: Pick<IContainer, "ports">, wanted: string | number): boolean {
  return (container.ports ?? []).some(({ name, containerPort }) => name === wanted || containerPort === wanted);
}
