import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const script = fileURLToPath(new URL("python/featurize.py", import.meta.url));
const requirements = fileURLToPath(new URL("python/requirements.txt", import.meta.url));
const venv = fileURLToPath(new URL(".venv", import.meta.url));
const python = join(venv, "bin/python");
/** What is installed there. */
const installed = join(venv, "requirements.txt");

/** One call of the Python script. */
export interface PythonJob {
  readonly images: number;
  /** From the start of the process to its end. */
  readonly seconds: number;
  readonly jobRate: number;
  /** Images per second from the start of its processes, the loading of the network included, to the last feature. */
  readonly featurizingRate: number;
  readonly phases: { readonly featurizing: number; readonly rest: number };
  /** Images per call of the engine. */
  readonly batch: number;
}

export interface PythonJobOptions {
  readonly photos: string;
  /** Folder for the result; what is there is removed. */
  readonly folder: string;
  /** The network as ONNX. */
  readonly model: string;
  readonly processes: number;
  readonly batch: number;
}

/** Makes `bench/.venv` with the pinned packages, unless it is there. */
export async function preparePython(): Promise<void> {
  const wanted = await readFile(requirements, "utf8");
  if ((await readFile(installed, "utf8").catch(() => "")) === wanted) return;
  console.error("bench: installing the Python packages of python/requirements.txt into bench/.venv");
  await run("python3", ["-m", "venv", "--clear", venv]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  await writeFile(installed, wanted);
}

export async function runPython({ photos, folder, model, processes, batch }: PythonJobOptions): Promise<PythonJob> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const flags = ["--processes", String(processes), "--batch", String(batch)];
  const start = performance.now();
  const { stdout } = await run(python, [script, photos, folder, model, ...flags]);
  const seconds = (performance.now() - start) / 1000;
  const { images, seconds: phases } = JSON.parse(stdout) as Pick<PythonJob, "images"> & {
    seconds: PythonJob["phases"];
  };
  return { images, seconds, jobRate: images / seconds, featurizingRate: images / phases.featurizing, phases, batch };
}
