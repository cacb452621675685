import { execFileSync, spawnSync } from "node:child_process";
import { environmentOf } from "./environment.ts";
import { type Labels, type Manifest, ofKind, type PlacedContainer } from "./manifest.ts";
import { selects } from "./selector.ts";

/** How a container of a manifest is run without a cluster. */
export interface DockerPodOptions {
  readonly manifests: readonly Manifest[];
  readonly network: string;
  /** Unique for this test; the container's name begins with it. */
  readonly prefix: string;
  /** Instead of the manifest's, which is in nobody's registry. */
  readonly image?: string;
  /** Values of keys by the name of the Secret. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What a cluster would add, as by Pod Identity. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine by volume, or by a path that the manifest does not mount. */
  readonly folders?: Readonly<Record<string, string>>;
}

export interface DockerPod {
  readonly id: string;
  readonly name: string;
  readonly placed: PlacedContainer;
}

export function docker(...args: readonly string[]): string {
  return execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** All that it wrote. */
export function logsOf({ id }: DockerPod): string {
  const { stdout, stderr } = spawnSync("docker", ["logs", id], { encoding: "utf8" });
  return stdout + stderr;
}

/** Starts it with the manifest's environment, user, arguments, limits, volumes and confinement. */
export function startDockerPod(placed: PlacedContainer, options: DockerPodOptions): DockerPod {
  const { container, workload } = placed;
  const { manifests, network, prefix, secrets, image = container.image ?? "", env = {}, folders = {} } = options;
  const { securityContext: ofPod = {}, volumes = [] } = workload.pod;
  const { limits = {} } = container.resources ?? {};
  const service = ofKind(manifests, "Service").find(({ spec }) =>
    selects({ matchLabels: spec?.selector as Labels }, workload.labels),
  );
  const name = `${prefix}-${workload.manifest.metadata.name}-${container.name}`;
  const given = environmentOf(placed, manifests).flatMap(({ name: key, value, secret }) => {
    const decided = secret === undefined ? value : secrets[secret.name ?? ""]?.[secret.key];
    return decided === undefined ? [] : [[key, decided]];
  });
  const mounts = (container.volumeMounts ?? []).flatMap(({ name: volume, mountPath }) => {
    const size = volumes.find((one) => one.name === volume)?.emptyDir?.sizeLimit;
    if (folders[volume] !== undefined) return ["--volume", `${folders[volume]}:${mountPath}`];
    return [
      "--tmpfs",
      `${mountPath}:mode=1777,uid=${ofPod.runAsUser},gid=${ofPod.runAsGroup},size=${size === undefined ? "64m" : bytesOf(String(size))}`,
    ];
  });
  const extra = Object.entries(folders).filter(([path]) => path.startsWith("/"));
  const id = docker(
    "run",
    ...["--detach", "--name", name, "--network", network],
    ...(service === undefined ? [] : ["--network-alias", service.metadata.name]),
    ...["--user", `${ofPod.runAsUser}:${ofPod.runAsGroup}`],
    ...(container.securityContext?.readOnlyRootFilesystem ? ["--read-only"] : []),
    ...(container.securityContext?.capabilities?.drop ?? []).flatMap((capability) => ["--cap-drop", capability]),
    ...(container.securityContext?.allowPrivilegeEscalation === false
      ? ["--security-opt", "no-new-privileges:true"]
      : []),
    ...["--memory", String(bytesOf(String(limits.memory))), "--cpus", String(limits.cpu).replace(/^(\d+)m$/, "0.$1")],
    ...Object.entries({ ...Object.fromEntries(given), ...env }).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...mounts,
    ...extra.flatMap(([path, folder]) => ["--volume", `${folder}:${path}:ro`]),
    ...(container.command ? ["--entrypoint", container.command[0] ?? ""] : []),
    image,
    ...(container.command?.slice(1) ?? []),
    ...(container.args ?? []),
  );
  return { id, name, placed };
}

/** What a kubelet asks, from this machine. Undefined where nobody answers. */
export async function askProbe(
  { id, placed }: DockerPod,
  probe: "readinessProbe" | "livenessProbe",
): Promise<number | undefined> {
  const { httpGet, exec } = placed.container[probe] ?? {};
  if (exec) return spawnSync("docker", ["exec", id, ...(exec.command ?? [])], { stdio: "ignore" }).status ?? undefined;
  const port = placed.container.ports?.find(({ name }) => name === httpGet?.port)?.containerPort ?? httpGet?.port;
  const address = docker("inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", id);
  return fetch(`http://${address}:${port}${httpGet?.path}`, { signal: AbortSignal.timeout(5000) }).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** `2500Mi` → bytes. */
export function bytesOf(quantity: string): number {
  const [, count, unit = ""] = /^(\d+)(Ki|Mi|Gi)?$/.exec(quantity) ?? [];
  const factor = { "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 }[unit];
  if (count === undefined || factor === undefined) throw new Error(`no size in bytes: ${quantity}`);
  return Number(count) * factor;
}
