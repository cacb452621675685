import type { IEnvVar } from "kubernetes-models/v1";
import { type Manifest, ofKind, type PlacedContainer } from "./manifest.ts";

/** A variable of a container, with its value where the manifests hold it. */
export interface Variable {
  readonly name: string;
  readonly value: string | undefined;
  /** Where the value comes from, for findings. */
  readonly origin: "literal" | "ConfigMap" | "Secret" | "field";
  readonly secret?: { readonly name?: string | undefined; readonly key: string };
}

/** All variables that a container gets by the manifests; `env` wins over `envFrom`, as in a cluster. */
export function environmentOf({ container }: PlacedContainer, manifests: readonly Manifest[]): Variable[] {
  const variables = new Map<string, Variable>();
  for (const { configMapRef, prefix = "" } of container.envFrom ?? []) {
    if (configMapRef?.name === undefined) continue;
    for (const [key, value] of Object.entries(configMap(manifests, configMapRef.name)?.data ?? {})) {
      const name = prefix + key;
      variables.set(name, { name, value, origin: "ConfigMap" });
    }
  }
  for (const variable of container.env ?? []) variables.set(variable.name, fromEnv(variable, manifests));
  return [...variables.values()];
}

export function configMap(manifests: readonly Manifest[], name: string): Manifest | undefined {
  return ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === name);
}

function fromEnv({ name, value, valueFrom }: IEnvVar, manifests: readonly Manifest[]): Variable {
  if (valueFrom?.secretKeyRef) return { name, value: undefined, origin: "Secret", secret: valueFrom.secretKeyRef };
  const { configMapKeyRef } = valueFrom ?? {};
  if (configMapKeyRef?.name !== undefined) {
    return {
      name,
      value: configMap(manifests, configMapKeyRef.name)?.data?.[configMapKeyRef.key],
      origin: "ConfigMap",
    };
  }
  if (valueFrom) return { name, value: undefined, origin: "field" };
  return { name, value: value ?? "", origin: "literal" };
}
