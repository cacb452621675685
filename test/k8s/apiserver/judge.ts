// npm run test:k8s:apiserver: every overlay by server-side dry-run of a real kube-apiserver.
import { type Manifest, ofKind, workloadsOf } from "../manifest.ts";
import { overlays, render } from "../render.ts";
import { customResourceDefinitions } from "./prepare.ts";
import { startApiserver } from "./start.ts";

const startedAt = performance.now();
const server = await startApiserver();
let refusals = 0;
try {
  must(["create", "--filename", "-"], customResourceDefinitions());
  must(["wait", "--for", "condition=Established", "--timeout", "120s", "crd", "--all"]);
  for (const overlay of overlays) judge(overlay, render(overlay));
  proveAdmission();
} finally {
  await server.close();
}
console.log(`${refusals} refusals, ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
process.exitCode = refusals === 0 ? 0 : 1;

function judge(overlay: string, manifests: readonly Manifest[]): void {
  // What the others need to be there; the account `default` comes from a controller otherwise.
  const namespaces = ofKind(manifests, "Namespace");
  const accounts = namespaces.map(({ metadata: { name } }) => {
    return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } };
  });
  const first = [...namespaces, ...ofKind(manifests, "ServiceAccount"), ...accounts];
  must(["apply", "--server-side", "--filename", "-"], listOf(first));
  const applied = server.kubectl(["apply", "--server-side", "--dry-run=server", "--filename", "-"], listOf(manifests));
  const accepted = applied.output
    .split("\n")
    .filter((line) => line.endsWith("serverside-applied (server dry run)")).length;
  // Deployments are only warned of; what Pod Security judges is pods.
  const pods = podsOf(manifests);
  const created = server.kubectl(["create", "--dry-run=server", "--filename", "-"], listOf(pods));
  const admitted = created.output.split("\n").filter((line) => line.endsWith("created (server dry run)")).length;
  const warnings = `${applied.output}${created.output}`
    .split("\n")
    .filter((line) => /^(Warning|Error|The )/.test(line));
  const isGood = accepted === manifests.length && admitted === pods.length && warnings.length === 0;
  if (!isGood) refusals += 1;
  console.log(
    `${overlay}: ${accepted} of ${manifests.length} objects accepted, ${admitted} of ${pods.length} pods admitted`,
  );
  if (!isGood) console.log(`${applied.output}${created.output}`.trim());
}

function podsOf(manifests: readonly Manifest[]): Manifest[] {
  return workloadsOf(manifests).map(({ manifest, labels, pod }) => {
    const claims = (manifest.spec?.volumeClaimTemplates ?? []) as readonly Manifest[];
    const volumes = claims.map(({ metadata: { name } }) => ({ name, persistentVolumeClaim: { claimName: name } }));
    const { name, namespace = "" } = manifest.metadata;
    const spec = {
      ...pod,
      volumes: [...(pod.volumes ?? []), ...volumes],
      restartPolicy: pod.restartPolicy ?? "Always",
    };
    return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec };
  });
}

/** A server that admits everything would prove nothing. */
function proveAdmission(): void {
  const [pod] = podsOf(render("k8s/overlays/eks"));
  const asRoot = { ...pod, spec: { ...pod.spec, securityContext: { runAsNonRoot: false, runAsUser: 0 } } };
  const misspelt = { ...pod, spec: { ...pod.spec, terminationGracePeriod: 5 } };
  for (const [what, bad] of [
    ["a pod of root", asRoot],
    ["a misspelt field", misspelt],
  ] as const) {
    const { code } = server.kubectl(
      ["create", "--dry-run=server", "--validate=strict", "--filename", "-"],
      JSON.stringify(bad),
    );
    console.log(`${what}: ${code === 0 ? "accepted, so this server judges nothing" : "refused, as it should be"}`);
    if (code === 0) refusals += 1;
  }
}

function must(args: readonly string[], input?: string): void {
  const { code, output } = server.kubectl(args, input);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${output}`);
}

function listOf(items: readonly Manifest[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
