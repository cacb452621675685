import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkManifests } from "./check-manifests.ts";
import { render } from "./render.ts";

/** What each fixture of `broken/`, an overlay with one mistake, must be told: the rule, and words of the message. */
const mistakes: Readonly<Record<string, readonly [rule: string, words: string]>> = {
  "api-token": ["token", "token"],
  "blocking-budget": ["budget", "block the drain"],
  "clear-secret": ["secret", "AWS_SECRET_ACCESS_KEY in clear"],
  "foreign-variable": ["environment", "LOG_LEVEL is heard by nobody"],
  "kept-capabilities": ["capabilities", "not all capabilities"],
  "late-for-spot": ["grace", "spot"],
  "maybe-root": ["non-root", "runAsNonRoot"],
  "missing-probe": ["probes", "no livenessProbe"],
  "missing-variable": ["environment", "no POMONA_REDIS"],
  "misspelt-field": ["fields", "livenesProbe"],
  "newest-image": ["image-tag", "whatever is newest"],
  "no-account": ["reference", "no ServiceAccount workers"],
  "no-config-map": ["reference", "no ConfigMap settings"],
  "no-limit": ["resources", "no limit of memory"],
  "no-secret": ["reference", "no Secret redis"],
  "no-secret-key": ["reference", "Secret pomona-redis has no address"],
  "no-volume": ["reference", "no volume scratch"],
  "node-folder": ["privileges", "folder of the node"],
  "open-network": ["default-deny", "no policy denies"],
  "password-in-address": ["secret", "a password in an address"],
  "probe-of-no-port": ["reference", "port heatlh"],
  "replaced-init": ["arguments", "command replaces the init"],
  "root-user": ["non-root", "runAsUser is 0"],
  "scaler-of-no-service": ["wiring", "no Service answers"],
  "scaler-of-nothing": ["wiring", "no Deployment reducers"],
  "short-grace": ["grace", "the pod is given 60 s"],
  "unborne-taint": ["wiring", "does not bear pomona=spot"],
  "unknown-flag": ["arguments", "--inference-processes"],
  "unknown-variable": ["environment", "POMONA_BATCHSIZE is no option"],
  "writable-root": ["read-only-root", "readOnlyRootFilesystem"],
  "wrong-budget": ["selector", "chooses no pod"],
  "wrong-monitor-port": ["wiring", "no chosen pod has port metrics"],
  "wrong-node-pool": ["wiring", "no NodePool spot"],
  "wrong-own-selector": ["selector", "selector chooses no pod"],
  "wrong-selector": ["selector", "chooses no pod"],
  "wrong-service-port": ["wiring", "no chosen pod has port 9465"],
  "wrong-type": ["schema", "replicas must be integer"],
  "wrong-value": ["environment", "POMONA_WORKERS"],
};

const folder = fileURLToPath(new URL("broken", import.meta.url));

test("every fixture has its mistake written down", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(mistakes).sort());
});

test.each(Object.entries(mistakes))("%s is found", async (name, [rule, words]) => {
  const findings = await checkManifests(render(`${folder}/${name}`));
  expect(findings).toContainEqual(expect.objectContaining({ rule, message: expect.stringContaining(words) }));
});
