import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freePort } from "./free-port.ts";
import { repository, weights } from "./places.ts";
import { waitFor } from "./wait-for.ts";

/** What `docker inspect` says of a container, as far as tests look. */
export interface Container {
  readonly Id: string;
  readonly Created: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly FinishedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: {
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
    /** Seconds. */
    readonly StopTimeout: number | null;
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly PidsLimit: number | null;
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>>;
  };
}

/** The repository's compose project under a name, ports and folders of its own. */
export interface Compose {
  readonly project: string;
  /** On this machine, served as the bucket `photos`. */
  readonly photos: string;
  /** On this machine, served as the bucket `results`. */
  readonly results: string;
  /** `docker compose <args>`; throws with all that it said unless it exits with 0. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  /** `pomona <args>` beside the coordinator. */
  pomona(...args: string[]): Promise<string>;
  /** All containers, stopped ones too. */
  containers(service?: string): Promise<Container[]>;
  /** A page of the health server of a service's container. */
  page(service: string, path: string): Promise<string>;
  /** The last lines of everybody's log. */
  logs(): Promise<string>;
  /** Waits for the `_SUCCESS` of an output in the bucket `results`; returns its folder. */
  result(name: string, seconds?: number): Promise<string>;
}

/** The image that `npm run test:compose` built. */
export const testImage: string = process.env.POMONA_IMAGE ?? "pomona:local";

export async function openCompose(
  scratch: string,
  { settings = {} }: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<Compose> {
  const project = `pomona-test-${randomBytes(4).toString("hex")}`;
  const photos = join(scratch, "photos");
  const results = join(scratch, "results");
  await mkdir(photos, { recursive: true });
  const fixed = {
    ...settings,
    COMPOSE_PROJECT_NAME: project,
    POMONA_IMAGE: testImage,
    POMONA_PHOTOS: photos,
    POMONA_RESULTS: results,
    S3_PORT: String(await freePort()),
    DASHBOARD_PORT: String(await freePort()),
    ...(existsSync(weights) && { POMONA_MODELS: dirname(weights) }),
  };
  const run: Compose["run"] = (args, env = {}) => docker(["compose", ...args], { ...fixed, ...env });
  const label = `label=com.docker.compose.project=${project}`;
  async function containers(service?: string): Promise<Container[]> {
    const filters = [label, ...(service === undefined ? [] : [`label=com.docker.compose.service=${service}`])];
    const ids = await docker([
      "ps",
      "--all",
      "--quiet",
      "--no-trunc",
      ...filters.flatMap((text) => ["--filter", text]),
    ]);
    if (ids === "") return [];
    return JSON.parse(await docker(["inspect", ...ids.split("\n")]));
  }
  return {
    project,
    photos,
    results,
    run,
    containers,
    pomona: (...args) => run(["exec", "--no-TTY", "coordinator", "pomona", ...args]),
    page: (service, path) =>
      run([
        ...["exec", "--no-TTY", service, "node", "--eval"],
        `fetch("http://127.0.0.1:9464${path}").then(async (r) => process.stdout.write(await r.text()))`,
      ]),
    logs: () => run(["logs", "--tail", "15", "--no-color"]),
    async result(name, seconds = 480) {
      const out = join(results, name);
      await waitFor(`the result ${name}`, () => existsSync(join(out, "_SUCCESS")), { seconds, everyMs: 100 });
      return out;
    },
  };
}

/** Names of the containers, networks and volumes that a project has. */
export async function leftovers(project: string): Promise<string[]> {
  const filter = ["--filter", `label=com.docker.compose.project=${project}`, "--quiet"];
  const lists = await Promise.all([
    docker(["ps", "--all", ...filter]),
    docker(["network", "ls", ...filter]),
    docker(["volume", "ls", ...filter]),
  ]);
  return lists.flatMap((list) => list.split("\n")).filter((line) => line !== "");
}

/** `docker <args>` in the root of the repository, to its end; returns its standard output without the last newline. */
export function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: repository, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    execFile("docker", args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trimEnd());
      reject(new Error(`docker ${args.join(" ")}: exit ${error.code}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`));
    });
  });
}
