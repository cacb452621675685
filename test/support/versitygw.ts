import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { endWithUs } from "./end-with-us.ts";
import { freePort } from "./free-port.ts";
import { makeScratch } from "./scratch.ts";
import { waitFor } from "./wait-for.ts";

/** A real S3 server over a folder. */
export interface S3Server {
  readonly endpoint: string;
  /** Folder whose subfolders are the buckets. */
  readonly folder: string;
  /** For the environment of processes that are to use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly pid: () => number;
  createBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

const region = "us-east-1";

/** The program, where `npm run check` or a person put it; undefined where it is not at hand. */
export const versitygw: string | undefined = [
  process.env.TEST_VERSITYGW,
  ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "versitygw")),
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pomona-tests", "bin", "versitygw"),
].find((path) => path !== undefined && existsSync(path));

/** Starts it on a free port of this host, with keys of its own, and waits until it answers. */
export async function startVersitygw({ versioning = false } = {}): Promise<S3Server> {
  if (versitygw === undefined) throw new Error("versitygw is not here: npm run check installs it where Go is");
  const program = versitygw;
  const scratch = await makeScratch("s3");
  const folder = join(scratch, "buckets");
  const sidecar = join(scratch, "metadata");
  const versions = join(scratch, "versions");
  for (const path of [folder, sidecar, versions]) await mkdir(path);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const env = {
    AWS_ACCESS_KEY_ID: randomBytes(10).toString("hex"),
    AWS_SECRET_ACCESS_KEY: randomBytes(20).toString("hex"),
    AWS_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const keys = { ROOT_ACCESS_KEY: env.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: env.AWS_SECRET_ACCESS_KEY };
  const start = (...options: string[]): ChildProcess => {
    const common = ["--port", `127.0.0.1:${port}`, "--quiet", "--keep-alive", "posix"];
    const more = versioning ? ["--versioning-dir", versions] : [];
    const child = spawn(program, [...common, ...more, ...options, folder], { env: keys, stdio: "ignore" });
    endWithUs(child);
    return child;
  };
  let server = start();
  await waitFor(
    "versitygw",
    async () => {
      // It ends at once on a file system that keeps no extended attributes, which hold etags and metadata.
      if (server.exitCode !== null) server = start("--sidecar", sidecar);
      return isAnswering(endpoint);
    },
    { seconds: 20, everyMs: 20 },
  );
  return {
    endpoint,
    folder,
    env,
    pid: () => server.pid ?? 0,
    // A bucket is a folder; no right is needed that a test would have to grant.
    createBucket: async (name) => void (await mkdir(join(folder, name))),
    close: () => stop(server),
  };
}

async function isAnswering(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    (response) => response.text().then(() => true),
    () => false,
  );
}

function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    server.kill("SIGKILL");
  });
}
