import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "./say.ts";
import { type Flavour, tensorflowVersion } from "./tensorflow-package.ts";

/** A folder as the wheels unpack: `tensorflow/` with libraries and headers, and `nvidia/` for the GPU. */
export interface Libraries {
  readonly folder: string;
  /** Names the wheel and the machine: what is built against it belongs beside it. */
  readonly key: string;
}

/** PyPI's names of the machines that it has wheels for. */
const machines: Readonly<Record<string, string>> = { "linux x64": "x86_64", "linux arm64": "aarch64" };

/** Of `linux x64`, newest last: pip takes any that fits. The libraries need no Python, so one version's wheel serves. */
const manylinux = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"];
const pythonVersion = "312";

/** Downloads TensorFlow's wheel by pip and keeps libraries and headers in the cache. Throws with the remedy. */
export function provideLibraries({ wheel, cudaExtra }: Flavour, cache: string): Libraries {
  const machine = machines[`${platform()} ${arch()}`];
  if (machine === undefined) {
    throw new Error(
      `There is no libtensorflow in PyPI's wheels for ${platform()} ${arch()}: let the package's own installer download, or use --engine onnxruntime or tfjs-wasm.`,
    );
  }
  const key = `${wheel}-${tensorflowVersion}-${machine}`;
  const folder = join(cache, "libtensorflow", key);
  if (existsSync(folder)) {
    say(`libtensorflow is in ${folder}`);
    return { folder, key };
  }
  mkdirSync(join(cache, "libtensorflow"), { recursive: true });
  const work = mkdtempSync(join(cache, "libtensorflow", ".partial-"));
  const python = pythonWithPip();
  try {
    const [main] = download(python, [`${wheel}==${tensorflowVersion}`], machine, work);
    if (main === undefined) throw new Error(`pip downloaded no wheel of ${wheel}`);
    const unpacked = join(work, "unpacked");
    extract(python, main, unpacked);
    if (cudaExtra !== undefined) {
      for (const file of download(python, cudaRequirements(unpacked, cudaExtra), machine, work)) {
        extract(python, file, unpacked);
      }
    }
    renameSync(unpacked, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  say(`Unpacked libtensorflow ${tensorflowVersion} into ${folder}`);
  return { folder, key };
}

/** pip is asked for wheels, by its own settings of index and proxy; nothing is installed into Python. */
function download(python: string, requirements: readonly string[], machine: string, work: string): string[] {
  say(`Downloading ${requirements.join(", ")} by pip`);
  const to = mkdtempSync(join(work, "wheels-"));
  const platforms = manylinux.flatMap((name) => ["--platform", `${name}_${machine}`]);
  const which = ["--no-deps", "--only-binary=:all:", "--python-version", pythonVersion, ...platforms];
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-cache-dir"];
  execFileSync(python, ["-m", "pip", "download", ...quiet, ...which, "--dest", to, ...requirements], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return readdirSync(to).map((file) => join(to, file));
}

/** What a wheel's own metadata asks for under an extra: `Requires-Dist: nvidia-cudnn-cu12<10,>=9; extra == "and-cuda"`. */
function cudaRequirements(unpacked: string, extra: string): string[] {
  const metadata = readdirSync(unpacked).find((name) => name.endsWith(".dist-info"));
  const text = readFileSync(join(unpacked, metadata ?? "", "METADATA"), "utf8");
  const lines = text.matchAll(/^Requires-Dist: (nvidia-[^;]+); extra == "([^"]+)"/gm);
  return [...lines].filter(([, , of]) => of === extra).map(([, requirement = ""]) => requirement);
}

/** Members that are worth their space: 1.2 GB of Python, tests and headers of others are left in the wheel. */
const wanted = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/",
  "tensorflow/include/tsl/",
  "tensorflow/include/xla/",
  "tensorflow/include/absl/",
  "nvidia/",
];

const extractProgram = `
import sys, zipfile
wheel, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.endswith("METADATA") or any(name.startswith(start) for start in wanted):
            archive.extract(name, folder)
`;

function extract(python: string, wheel: string, folder: string): void {
  execFileSync(python, ["-c", extractProgram, wheel, folder, ...wanted], { stdio: ["ignore", "ignore", "inherit"] });
}

/** The machine's Python where it has pip, else one in a temporary environment. */
function pythonWithPip(): string {
  if (spawnSync("python3", ["-m", "pip", "--version"]).status === 0) return "python3";
  const folder = join(tmpdir(), `pomona-pip-${process.pid}`);
  if (spawnSync("python3", ["-m", "venv", folder]).status === 0) return join(folder, "bin", "python");
  throw new Error("Python 3 with pip is needed to fetch libtensorflow: install python3-pip, or python3-venv.");
}
