import { type Manifest, ofKind } from "./manifest.ts";
import type { Selector } from "./selector.ts";

export interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

export interface PolicyPort {
  readonly port?: string | number;
}

export interface NetworkPolicy {
  readonly manifest: Manifest;
  readonly podSelector: Selector;
  readonly ingress: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
  readonly egress: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
}

export function networkPoliciesOf(manifests: readonly Manifest[]): NetworkPolicy[] {
  return ofKind(manifests, "NetworkPolicy").map((manifest) => {
    const { podSelector, ingress = [], egress = [] } = manifest.spec as unknown as Partial<NetworkPolicy>;
    return { manifest, podSelector: podSelector ?? {}, ingress, egress };
  });
}

/** What selects pods of the same namespace: the others are not ours to look up. */
export function isLocal(peer: Peer): peer is Peer & { readonly podSelector: Selector } {
  return peer.podSelector !== undefined && peer.namespaceSelector === undefined;
}
