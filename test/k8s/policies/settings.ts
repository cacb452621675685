import { resolveConfig } from "@pomona/core";
import { createProgram } from "../../../packages/pomona/src/program.ts";
import { environmentOf, type Variable } from "../environment.ts";
import { allContainers, type Finding, isPomona, type Manifest, type PlacedContainer } from "../manifest.ts";

/** What is not Pomona's own and yet heard: by the AWS SDK, by Node, by the runtime of NVIDIA's containers. */
const foreignVariables = new Set([
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_REGION",
  "AWS_ENDPOINT_URL_S3",
  "AWS_EC2_METADATA_DISABLED",
  "AWS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
  "NODE_OPTIONS",
  "NVIDIA_VISIBLE_DEVICES",
  "TZ",
]);

/** Variables that a role cannot do without. */
const needed: Readonly<Record<string, readonly string[]>> = {
  coordinator: ["POMONA_REDIS", "POMONA_HOME"],
  worker: ["POMONA_REDIS"],
  reducer: ["POMONA_REDIS"],
  dashboard: ["POMONA_REDIS", "POMONA_HOME", "POMONA_DASHBOARD_USERS"],
};

/** Pomona's containers get variables and flags that Pomona itself knows, with values that it accepts. */
export function checkSettings(manifests: readonly Manifest[]): Finding[] {
  return allContainers(manifests)
    .filter(({ workload }) => isPomona(workload))
    .flatMap((placed) => [...checkEnvironment(placed, manifests), ...checkArguments(placed)]);
}

function checkEnvironment(placed: PlacedContainer, manifests: readonly Manifest[]): Finding[] {
  const { name: object, container } = placed;
  const variables = environmentOf(placed, manifests);
  const names = new Set(variables.map(({ name }) => name));
  const missing = (needed[container.args?.[0] ?? ""] ?? []).filter((name) => !names.has(name));
  const problems = [...variables.map(problemOf), ...missing.map((name) => `no ${name}`)];
  return problems
    .filter((message) => message !== undefined)
    .map((message) => ({ object, rule: "environment", message }));
}

function problemOf({ name, value }: Variable): string | undefined {
  if (foreignVariables.has(name)) return undefined;
  if (!name.startsWith("POMONA_")) return `environment variable ${name} is heard by nobody`;
  try {
    // An empty value is as good as none: of what comes from a Secret the name alone is checked.
    resolveConfig({ env: { [name]: value ?? "" } });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const nowhere = { write: () => true } as unknown as NodeJS.WriteStream;

function checkArguments({ name: object, container }: PlacedContainer): Finding[] {
  const report = (message: string): Finding[] => [{ object, rule: "arguments", message }];
  if (container.command !== undefined) return report("command replaces the init that passes signals on: give args");
  const [role = "", ...flags] = container.args ?? [];
  const surroundings = { env: {}, cwd: "/", homeFolder: "/", platform: process.platform, user: "" };
  const program = createProgram(
    { ...surroundings, stdin: process.stdin, stdout: nowhere, stderr: nowhere, signal: new AbortController().signal },
    () => {},
  );
  const command = program.commands.find((one) => one.name() === role);
  if (command === undefined) return report(`pomona has no command ${role}`);
  command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    const { unknown } = command.parseOptions([...flags]);
    return unknown.length === 0 ? [] : report(`pomona ${role} does not know ${unknown.join(" ")}`);
  } catch (error) {
    return report((error as Error).message);
  }
}
