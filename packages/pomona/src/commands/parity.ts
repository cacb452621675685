import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { exitCodes, UsageError } from "@pomona/core";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";

export interface ParityFlags {
  readonly photos?: string;
  readonly weights?: string;
  readonly json?: boolean;
}

/** The photos that the references were computed from, and the odd files of a checkout, where they are. */
const defaultPhotos = "../shared/data/fruits/Test";
const oddFiles = "test/fixtures/odd";

/** `pomona parity`: exit code 0 when no number differs from its reference by more than its tolerance. */
export async function parityCommand(flags: ParityFlags, surroundings: Surroundings): Promise<number> {
  const { cwd, env, homeFolder, platform, stdout, stderr } = surroundings;
  const { json = false } = flags;
  const [{ formatParity, parity }, { findWeights }] = await Promise.all([
    import("@pomona/report"),
    import("@pomona/vision"),
  ]);
  const { cache } = userFolders(env, homeFolder, platform);
  const weights = await findWeights({ explicit: flags.weights, cacheDir: cache, cwd }).catch((error: unknown) => {
    // Weights that nobody asked for may be missing: the report names what is then not compared.
    if (flags.weights === undefined) return undefined;
    throw new UsageError("weights-not-found", (error as Error).message, { cause: error });
  });
  const report = await parity({
    photos: flags.photos === undefined ? await ifThere(resolve(cwd, defaultPhotos)) : resolve(cwd, flags.photos),
    oddFiles: await ifThere(resolve(cwd, oddFiles)),
    weights,
    onProgress: (what) => stderr.write(`comparing ${what}\n`),
  });
  stdout.write(json ? `${JSON.stringify(report)}\n` : formatParity(report));
  return report.ok ? exitCodes.done : exitCodes.failed;
}

async function ifThere(folder: string): Promise<string | undefined> {
  return stat(folder).then(
    () => folder,
    () => undefined,
  );
}
