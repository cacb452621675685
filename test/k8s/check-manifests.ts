import { checkFields } from "./check-fields.ts";
import { checkSchema } from "./check-schema.ts";
import type { Finding, Manifest } from "./manifest.ts";
import { checkConfinement } from "./policies/confinement.ts";
import { checkGrace } from "./policies/grace.ts";
import { checkReferences } from "./policies/references.ts";
import { checkSecrecy } from "./policies/secrecy.ts";
import { checkSelectors } from "./policies/selectors.ts";
import { checkSettings } from "./policies/settings.ts";
import { checkUpkeep } from "./policies/upkeep.ts";
import { checkWiring } from "./policies/wiring.ts";

const policies: readonly ((manifests: readonly Manifest[]) => Finding[])[] = [
  checkConfinement,
  checkUpkeep,
  checkSecrecy,
  checkSettings,
  checkGrace,
  checkSelectors,
  checkReferences,
  checkWiring,
];

/** All that is wrong with what an overlay renders; nothing where a cluster and its keepers may have it. */
export async function checkManifests(manifests: readonly Manifest[]): Promise<Finding[]> {
  const malformed = [...(await checkSchema(manifests)), ...checkFields(manifests)];
  // Policies read what the schema promises.
  return malformed.length > 0 ? malformed : policies.flatMap((policy) => policy(manifests));
}
