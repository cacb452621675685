import { createHash } from "node:crypto";
import { lstat, readFile, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type BinaryPath, toBytes } from "./binary-path.ts";
import { codeOf, isGone, unlessAbsent } from "./file-error.ts";
import { claimPrefix, type LinkFunction, type TemporaryFolder } from "./temporary-folder.ts";

const refusals = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);
const patienceMs = 2_000;

/**
 * Gives a finished temporary file its name, unless the name is taken: of all racers one is answered true.
 * A hard link does it in one step. (`rename` would not: it replaces, and every racer would win.)
 * File systems without hard links get {@link claimName}. The temporary file may be left for the caller to remove.
 */
export async function createName(
  file: BinaryPath,
  name: BinaryPath,
  temporary: TemporaryFolder,
  linkFile: LinkFunction,
): Promise<boolean> {
  try {
    await linkFile(toBytes(file), toBytes(name));
    return true;
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code === "EEXIST") return false;
    if (refusals.has(code)) return claimName(file, name, temporary);
    throw error;
  }
}

/**
 * Whoever creates the claim, a file named after `name`, may look whether the name is free and rename onto it; the
 * others wait. A claim whose owner died between the two is never taken over, since two that try would both succeed:
 * the writer is refused until `sweepTemporary` or a person has removed it.
 */
async function claimName(file: BinaryPath, name: BinaryPath, temporary: TemporaryFolder): Promise<boolean> {
  const claim = `${temporary.path}/${claimPrefix}${createHash("sha256").update(name, "latin1").digest("hex")}`;
  const deadline = Date.now() + patienceMs;
  while (!(await isCreated(claim, file, temporary))) {
    if (await isTaken(name)) return false;
    if (Date.now() > deadline) throw await abandonedClaim(claim);
    await sleep(5 + 20 * Math.random());
  }
  try {
    if (await isTaken(name)) return false;
    await rename(toBytes(file), toBytes(name));
    return true;
  } finally {
    await rm(toBytes(claim), { force: true });
  }
}

async function isCreated(claim: BinaryPath, file: BinaryPath, temporary: TemporaryFolder): Promise<boolean> {
  try {
    const handle = await temporary.create(claim);
    await handle.writeFile(basename(file)).finally(() => handle.close());
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function isTaken(name: BinaryPath): Promise<boolean> {
  return (await unlessAbsent(lstat(toBytes(name)))) !== undefined;
}

async function abandonedClaim(claim: BinaryPath): Promise<Error> {
  const owner = await readFile(toBytes(claim), "utf8").catch((error: unknown) => {
    if (isGone(error)) return "";
    throw error;
  });
  const [host = "?", pid = "?"] = owner.split("~");
  const message = `process ${pid} on ${host} holds ${toBytes(claim).toString()} since over ${patienceMs} ms; if it is dead, remove that file`;
  return Object.assign(new Error(message), { code: "EBUSY", syscall: "link" });
}
