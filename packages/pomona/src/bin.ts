import { homedir, userInfo } from "node:os";
import { exitCodes } from "@pomona/core";
import { CommanderError } from "commander";
import { describeError, Interrupted } from "./describe-error.ts";
import { createProgram } from "./program.ts";

/** The only place that reads the process's environment and ends the process. */
const stop = new AbortController();
let signals = 0;

function onSignal(): void {
  signals += 1;
  if (signals > 1) process.exit(130);
  process.stderr.write("\nStopping; press Ctrl-C again to stop at once.\n");
  stop.abort(new Interrupted("Run the same command again to go on: what is stored is not decoded again."));
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without an entry in /etc/passwd, as in many containers.
    return String(process.getuid?.() ?? "unknown");
  }
}

async function main(): Promise<void> {
  // On Node 20 the SDK announces, in eight lines, what versions of it will need that are not installed here.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  // Whoever read our output has enough: `pomona … | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCodes.done);
  });
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const json = process.argv.includes("--json");
  const program = createProgram(
    {
      env: process.env,
      cwd: process.cwd(),
      homeFolder: homedir(),
      platform: process.platform,
      user: userName(),
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      signal: stop.signal,
    },
    (exitCode) => {
      process.exitCode = exitCode;
    },
  );
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error, json);
  }
}

/** Writes what went wrong where the reader looks for it; returns the exit code. */
function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) {
    // --help and --version end here too; Commander has printed its own message for people.
    if (error.exitCode === 0) return exitCodes.done;
    const message = error.message.replace(/^error: /, "");
    if (json) process.stdout.write(`${JSON.stringify({ error: { code: "bad-option", message } })}\n`);
    return exitCodes.usage;
  }
  const { code, message, remedy, exitCode, stack } = describeError(error);
  if (json) {
    process.stdout.write(`${JSON.stringify({ error: { code, message, remedy } })}\n`);
  } else {
    process.stderr.write(`\nError: ${message}\n${remedy === undefined ? "" : `${remedy}\n`}`);
  }
  if (stack !== undefined) process.stderr.write(`${stack}\n`);
  return exitCode;
}

await main();
