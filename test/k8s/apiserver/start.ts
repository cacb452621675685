import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { waitFor } from "../../support/wait-for.ts";
import { prepareApiserver, prepareEtcd } from "./prepare.ts";

/** A control plane without nodes or controllers: it judges and keeps what it is given. */
export interface Apiserver {
  /** `kubectl <args>`, with something on its standard input. */
  kubectl(args: readonly string[], input?: string): { readonly code: number; readonly output: string };
  close(): Promise<void>;
}

export async function startApiserver(): Promise<Apiserver> {
  const folder = mkdtempSync(join(tmpdir(), "pomona-apiserver-"));
  const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()];
  const token = randomBytes(16).toString("hex");
  const at = (name: string): string => join(folder, name);
  writeFileSync(at("tokens.csv"), `${token},admin,admin,"system:masters"\n`);
  execFileSync("openssl", ["genrsa", "-out", at("accounts.key"), "2048"], { stdio: "ignore" });
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const processes = [
    run(at("etcd.log"), prepareEtcd(), [
      ...["--data-dir", at("etcd"), "--listen-client-urls", etcdUrl, "--advertise-client-urls", etcdUrl],
      ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
      ...["--initial-cluster", `default=${peerUrl}`],
    ]),
    run(at("apiserver.log"), prepareApiserver(), [
      ...["--etcd-servers", etcdUrl, "--bind-address", "127.0.0.1", "--secure-port", String(port)],
      ...["--cert-dir", at("certificates"), "--token-auth-file", at("tokens.csv"), "--authorization-mode", "RBAC"],
      ...["--service-account-issuer", "https://kubernetes.default.svc", "--service-cluster-ip-range", "10.96.0.0/16"],
      ...["--service-account-key-file", at("accounts.key"), "--service-account-signing-key-file", at("accounts.key")],
    ]),
  ];
  const server: Apiserver = {
    kubectl(args, input = "") {
      const connection = ["--server", `https://127.0.0.1:${port}`, "--insecure-skip-tls-verify", "--token", token];
      const { status, stdout, stderr } = spawnSync("kubectl", [...connection, ...args], {
        input,
        encoding: "utf8",
        maxBuffer: 1 << 26,
        env: { ...process.env, KUBECONFIG: at("none"), HOME: folder },
      });
      return { code: status ?? 1, output: stdout + stderr };
    },
    async close() {
      await Promise.all(processes.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await waitFor("the API server", () => server.kubectl(["get", "--raw", "/readyz"]).code === 0, {
    seconds: 120,
    everyMs: 1000,
  });
  return server;
}

function run(log: string, program: string, args: readonly string[]): ChildProcess {
  const file = openSync(log, "w");
  return spawn(program, args, { stdio: ["ignore", file, file] });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGKILL");
  });
}
