// What suites need beyond npm packages, installed where that is possible without asking, else reported as missing.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Pinned: readers and oracles of the tests, not parts of Pomona. */
const pythonPackages = [
  "numpy==2.4.6",
  "pyarrow==26.0.1",
  "pandas==3.1.1",
  "scikit-learn==1.9.1",
  "polars==2.1.0",
  "duckdb==2.0.0",
  "pillow==13.0.0",
  "onnxruntime==1.32.0",
];

const versitygw = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";

const kustomize = "sigs.k8s.io/kustomize/kustomize/v5@v5.8.1";

/** Outside of the repository, so that it survives a fresh clone. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pomona-tests");

/** Environment for the suites, and a line for each thing that is not there. */
export async function preparePrerequisites() {
  const missing = [];
  const environment = {};
  const python = preparePython(missing);
  if (python !== undefined) environment.TEST_PYTHON = python;
  const s3Server = prepareVersitygw(missing);
  if (s3Server !== undefined) environment.TEST_VERSITYGW = s3Server;
  const redis = prepareRedis(missing);
  if (redis !== undefined) environment.TEST_REDIS_SERVER = redis;
  const chromium = prepareChromium(missing);
  if (chromium !== undefined) environment.TEST_CHROMIUM = chromium;
  return { environment, missing };
}

/** An S3 server that keeps objects in a folder. */
function prepareVersitygw(missing) {
  const onPath = spawnSync("sh", ["-c", "command -v versitygw"], { encoding: "utf8" }).stdout.trim();
  if (onPath !== "") return onPath;
  const folder = join(cache, "bin");
  const program = join(folder, "versitygw");
  if (existsSync(program)) return program;
  if (spawnSync("go", ["version"]).status !== 0) {
    missing.push("tests of S3 (neither versitygw nor Go, which would build it, is here)");
    return undefined;
  }
  console.log(`Building ${versitygw} into ${folder}, for tests of S3`);
  try {
    execFileSync("go", ["install", versitygw], {
      stdio: "inherit",
      env: { ...process.env, GOBIN: folder, CGO_ENABLED: "0" },
    });
    return program;
  } catch {
    missing.push("tests of S3 (versitygw could not be built)");
    return undefined;
  }
}

/** What renders the manifests of k8s/: kubectl or kustomize. Returns what is missing without it. */
export function prepareKustomize() {
  const folder = join(cache, "bin");
  if (onPath("kubectl") !== undefined || onPath("kustomize") !== undefined) return undefined;
  if (existsSync(join(folder, "kustomize"))) return undefined;
  if (spawnSync("go", ["version"]).status !== 0)
    return "neither kubectl nor kustomize is here, nor Go, which would build it";
  console.log(`Building ${kustomize} into ${folder}`);
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: "0" };
  const { status } = spawnSync("go", ["install", kustomize], { stdio: "inherit", env });
  return status === 0 ? undefined : "kustomize could not be built";
}

/** A virtual environment with what compares with Python. */
function preparePython(missing) {
  const folder = join(cache, "python");
  const python = join(folder, "bin", "python");
  if (works(python)) return python;
  if (spawnSync("python3", ["-m", "venv", "--help"]).status !== 0) {
    missing.push("tests that read the table with Python (python3 with venv is not here)");
    return undefined;
  }
  console.log(`Installing ${pythonPackages.join(", ")} into ${folder}, for tests that compare with Python`);
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...pythonPackages], {
      stdio: "inherit",
    });
    return python;
  } catch {
    missing.push("tests that read the table with Python (its packages could not be installed)");
    return undefined;
  }
}

function works(python) {
  return (
    existsSync(python) &&
    spawnSync(python, ["-c", "import duckdb, numpy, onnxruntime, pandas, PIL, polars, pyarrow, sklearn"]).status === 0
  );
}

/** A real server, from the distribution: each test starts its own and nothing of the machine's is touched. */
function prepareRedis(missing) {
  const found = process.env.TEST_REDIS_SERVER ?? fromDistribution("redis-server", "redis-server", "tests of the pool");
  if (found === undefined) missing.push("tests of the pool (redis-server is not here and could not be installed)");
  return found;
}

/** A browser, from the distribution: playwright-core drives it and brings none of its own. */
function prepareChromium(missing) {
  const found = process.env.TEST_CHROMIUM ?? fromDistribution("chromium", "chromium", "tests in a browser");
  if (found === undefined) missing.push("tests in a browser (chromium is not here and could not be installed)");
  return found;
}

/** A program on the path, put there by Debian's package where this user may install one. */
function fromDistribution(program, debianPackage, purpose) {
  if (onPath(program) === undefined && process.getuid?.() === 0 && onPath("apt-get") !== undefined) {
    console.log(`Installing the package ${debianPackage}, for ${purpose}`);
    const wait = ["-o", "DPkg::Lock::Timeout=300"];
    const install = () =>
      spawnSync("apt-get", [...wait, "install", "--yes", "--quiet", "--no-install-recommends", debianPackage], {
        stdio: "ignore",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    if (install().status !== 0) {
      spawnSync("apt-get", [...wait, "update", "--quiet"], { stdio: "ignore" });
      install();
    }
  }
  return onPath(program);
}

function onPath(program) {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
