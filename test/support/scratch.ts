import { rmSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const scratches: string[] = [];

/**
 * A new folder of this test file, or, outside of Vitest, of this process; removed when that is done; kept, and named,
 * with `KEEP_SCRATCH=1`.
 */
export async function makeScratch(name: string): Promise<string> {
  if (scratches.length === 0) removeAtTheEnd();
  const folder = await mkdtemp(join(tmpdir(), `pomona-${name}-`));
  // Tests that give up root's rights must be able to enter.
  await chmod(folder, 0o755);
  scratches.push(folder);
  return folder;
}

function removeAtTheEnd(): void {
  if (process.env.VITEST) afterAll(removeScratches);
  else if (!process.env.KEEP_SCRATCH) {
    process.once("exit", () => {
      for (const folder of scratches) rmSync(folder, { recursive: true, force: true });
    });
  }
}

async function removeScratches(): Promise<void> {
  if (process.env.KEEP_SCRATCH) {
    console.log(`kept: ${scratches.join(" ")}`);
    return;
  }
  await Promise.all(scratches.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}
