import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { exitCodes, UsageError } from "@pomona/core";
import { hashPassword, parseUsers, type Role } from "@pomona/dashboard";
import type { Surroundings } from "../surroundings.ts";

/** Shorter ones are guessed even by somebody who is slowed down. */
const minLength = 10;

/** `pomona dashboard user <name>`: a line for the users file, from a password that is typed or piped in. */
export async function userCommand(
  name: string,
  { role = "viewer" }: { readonly role?: string },
  { stdin, stdout, stderr, signal }: Surroundings,
): Promise<number> {
  const password = await ask(`Password of ${name}: `, { stdin, stderr, signal });
  if (password.length < minLength) {
    throw new UsageError("bad-password", `a password has at least ${minLength} characters`, {
      remedy: `For example: openssl rand -base64 18 | tee /dev/stderr | pomona dashboard user ${name}`,
    });
  }
  const line = `${name}:${role as Role}:${await hashPassword(password)}`;
  // The same rules as when it is read.
  parseUsers(line, "--role and name");
  stdout.write(`${line}\n`);
  return exitCodes.done;
}

/** One line, which a terminal does not show. */
async function ask(
  question: string,
  { stdin, stderr, signal }: Pick<Surroundings, "stdin" | "stderr" | "signal">,
): Promise<string> {
  const isTerminal = stdin.isTTY === true;
  if (isTerminal) stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: isTerminal });
  try {
    signal.throwIfAborted();
    for await (const line of lines) return line;
    return "";
  } finally {
    lines.close();
    if (isTerminal) stderr.write("\n");
  }
}
