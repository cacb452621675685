import type { IContainer, IPodSpec } from "kubernetes-models/v1";

/** An object as kustomize renders it; what is in it is known once its schema has been checked. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

/** Something to mend. */
export interface Finding {
  /** `Deployment/worker-cpu`, or with the container: `Deployment/worker-cpu/worker`. */
  readonly object: string;
  readonly rule: string;
  readonly message: string;
}

/** What makes pods. */
export interface Workload {
  readonly manifest: Manifest;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly pod: IPodSpec;
  /** True where it is to run for ever. */
  readonly isService: boolean;
}

interface Template {
  readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
  readonly spec: IPodSpec;
}

const workloadKinds = new Set(["Deployment", "StatefulSet", "DaemonSet", "Job"]);

export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind}/${metadata.name}`;
}

export function ofKind(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => workloadKinds.has(kind))
    .map((manifest) => {
      const template = manifest.spec?.template as Template;
      return {
        manifest,
        name: nameOf(manifest),
        labels: template.metadata?.labels ?? {},
        annotations: template.metadata?.annotations ?? {},
        pod: template.spec,
        isService: manifest.kind !== "Job",
      };
    });
}

export interface PlacedContainer {
  readonly container: IContainer;
  readonly workload: Workload;
  /** For findings. */
  readonly name: string;
  readonly isInit: boolean;
}

export function containersOf(workload: Workload): PlacedContainer[] {
  const place =
    (isInit: boolean) =>
    (container: IContainer): PlacedContainer => ({
      container,
      workload,
      name: `${workload.name}/${container.name}`,
      isInit,
    });
  const { initContainers = [], containers } = workload.pod;
  return [...initContainers.map(place(true)), ...containers.map(place(false))];
}

export function allContainers(manifests: readonly Manifest[]): PlacedContainer[] {
  return workloadsOf(manifests).flatMap(containersOf);
}

export const isPomona = ({ labels }: Pick<Workload, "labels">): boolean =>
  labels["app.kubernetes.io/name"] === "pomona";
