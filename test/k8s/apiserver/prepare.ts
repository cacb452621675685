import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "pomona-tests", "apiserver");

const kubernetes = "1.34.4";

/** Custom resources, from the Go modules of those who define them. */
const customResources = [
  { module: "github.com/kedacore/keda/v2@v2.20.2", files: ["config/crd/bases/keda.sh_scaledobjects.yaml"] },
  { module: "sigs.k8s.io/karpenter@v1.14.3", files: ["pkg/apis/crds/karpenter.sh_nodepools.yaml"] },
  {
    module: "github.com/aws/karpenter-provider-aws@v1.15.0",
    files: ["pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml"],
  },
  {
    module: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
    files: ["podmonitors", "prometheusrules"].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
  },
  {
    module: "github.com/external-secrets/external-secrets@v1.3.2",
    files: ["externalsecrets", "secretstores"].map((kind) => `config/crds/bases/external-secrets.io_${kind}.yaml`),
  },
] as const;

interface Downloaded {
  readonly Dir?: string;
  readonly Zip: string;
}

/** A module in Go's cache. It may have no folder where it asks for a newer Go, but always a zip. */
function download(module: string): Downloaded {
  const { stdout } = spawnSync("go", ["mod", "download", "-json", module], { encoding: "utf8", cwd: cache });
  return JSON.parse(stdout) as Downloaded;
}

/** The definitions of all custom resources that overlays use, as YAML. */
export function customResourceDefinitions(): string {
  mkdirSync(cache, { recursive: true });
  const documents = customResources.flatMap(({ module, files }) => {
    const { Zip } = download(module);
    return files.map((file) =>
      execFileSync("unzip", ["-p", Zip, `${module}/${file}`], { encoding: "utf8", maxBuffer: 1 << 26 }),
    );
  });
  return documents.join("\n---\n");
}

/** The program, built from its module: about ten minutes, once. */
export function prepareApiserver(): string {
  const program = join(cache, `kube-apiserver-${kubernetes}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const { Dir } = download(`k8s.io/kubernetes@v${kubernetes}`);
  if (Dir === undefined) throw new Error(`k8s.io/kubernetes ${kubernetes} cannot be had, or asks for a newer Go`);
  console.log(`Building kube-apiserver ${kubernetes} into ${cache}`);
  const folder = join(cache, "build");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  // Within its own repository its libraries are folders; outside of it they are modules of version 0.34.4.
  const manifest = readFileSync(join(Dir, "go.mod"), "utf8");
  const libraries = [...manifest.matchAll(/^\t(k8s\.io\/\S+) => \.\/staging/gm)].map(([, name]) => name);
  const staged = `v0${kubernetes.slice(1)}`;
  writeFileSync(
    join(folder, "go.mod"),
    [
      "module apiserver",
      /^go \S+$/m.exec(manifest)?.[0],
      `require k8s.io/kubernetes v${kubernetes}`,
      `replace (\n${libraries.map((name) => `\t${name} => ${name} ${staged}`).join("\n")}\n)`,
    ].join("\n"),
  );
  const root = "k8s.io/kubernetes/cmd/kube-apiserver";
  writeFileSync(join(folder, "tools.go"), `//go:build tools\n\npackage tools\n\nimport _ "${root}"\n`);
  const go = (...args: string[]): void => {
    execFileSync("go", args, {
      cwd: folder,
      stdio: "inherit",
      env: { ...process.env, GOFLAGS: "-mod=mod", CGO_ENABLED: "0" },
    });
  };
  go("mod", "tidy", "-e");
  const [major, minor] = kubernetes.split(".");
  // kubectl refuses a server that does not know its version.
  const version = { gitVersion: `v${kubernetes}`, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  go("build", "-trimpath", "-ldflags", ["-s -w", ...settings].join(" "), "-o", program, root);
  rmSync(folder, { recursive: true, force: true });
  return program;
}

/** etcd, where it is, else from Debian's package, unpacked beside and not installed. */
export function prepareEtcd(): string {
  const onPath = spawnSync("sh", ["-c", "command -v etcd"], { encoding: "utf8" }).stdout.trim();
  if (onPath !== "") return onPath;
  const folder = join(cache, "etcd");
  const program = join(folder, "usr/bin/etcd");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync("sh", ["-c", "apt-get download etcd-server && dpkg -x etcd-server_*.deb ."], {
    cwd: folder,
    stdio: "inherit",
  });
  return program;
}
