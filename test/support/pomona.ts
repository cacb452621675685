import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endWithUs } from "./end-with-us.ts";
import { pomonaBin, repository, weights } from "./places.ts";

const built = fileURLToPath(new URL("../../packages/pomona/dist/bin.js", import.meta.url));

export interface PomonaOptions {
  /** Holds the private home and cache of this call. */
  readonly scratch: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Run as this user and group. */
  readonly uid?: number;
}

export interface Ended {
  /** Exit code; 128 + n is not made up for signals: see `signal`. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The object on the last line of standard output, with `--json`. */
  readonly json: Record<string, unknown> & Partial<RunFacts> & { readonly error?: Failure };
  readonly seconds: number;
}

/** What tests read of a run's summary. */
export interface RunFacts {
  readonly run: string;
  readonly images: number;
  readonly featurized: number;
  readonly quarantined: number;
  readonly quarantinedByReason: Readonly<Record<string, number>>;
  readonly labels: number;
  readonly components: number;
  readonly decodedImages: number;
  readonly resumedImages: number;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** A command that was started, alone in its process group: its pid is the group's. */
export interface Started {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Standard error so far. */
  readonly said: () => string;
  /** To the whole group, as a terminal's Ctrl-C or an out-of-memory killer's SIGKILL of a container would. */
  readonly signalGroup: (signal: NodeJS.Signals) => void;
}

export function startPomona(
  args: readonly string[],
  { scratch, env = {}, cwd = repository, uid }: PomonaOptions,
): Started {
  if (!existsSync(built)) throw new Error("These tests run the built program. First: npm run build");
  const startedAt = performance.now();
  const child = spawn(process.execPath, [pomonaBin, ...args], {
    cwd,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      HOME: join(scratch, "user"),
      POMONA_HOME: join(scratch, "home"),
      POMONA_CACHE: join(scratch, "cache"),
      // A report is made by the tests that look at it.
      POMONA_REPORT: "none",
      ...env,
    },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${process.execPath}`);
  endWithUs(child, { group: true });
  let said = "";
  child.stderr?.on("data", (text) => {
    said += text;
  });
  return {
    pid,
    child,
    ended: outcome(child, startedAt),
    said: () => said,
    signalGroup(signal) {
      try {
        process.kill(-pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    },
  };
}

async function outcome(child: ChildProcess, startedAt: number): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const seconds = (performance.now() - startedAt) / 1000;
  return { code, signal, stdout, stderr, json: lastObject(stdout), seconds };
}

/** Runs a command to its end, whatever that is. */
export function pomona(args: readonly string[], options: PomonaOptions): Promise<Ended> {
  return startPomona(args, options).ended;
}

/** `pomona run` with the weights at hand and `--json`. */
export function runArguments(input: string, out: string, ...more: readonly string[]): string[] {
  return ["run", input, "--out", out, "--weights", weights, "--json", ...more];
}

/** Runs `pomona run`, and throws with all that it said unless it succeeds. */
export async function mustRun(args: readonly string[], options: PomonaOptions): Promise<Ended & { json: RunFacts }> {
  const ended = await pomona(args, options);
  if (ended.code !== 0) {
    throw new Error(`pomona ${args.join(" ")}\nexit ${ended.code} ${ended.signal}\n${ended.stdout}\n${ended.stderr}`);
  }
  return ended as Ended & { json: RunFacts };
}

function lastObject(stdout: string): Ended["json"] {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? JSON.parse(line) : {};
}
