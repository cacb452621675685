import { exitCodes } from "@pomona/core";
import type { Surroundings } from "../surroundings.ts";
import { userFolders } from "../user-folders.ts";

export interface DoctorOptions {
  readonly json?: boolean;
  readonly home?: string;
}

/** `pomona doctor`: exit code 0 when a run can work here. */
export async function doctorCommand(
  { env, cwd, homeFolder, platform, stdout, signal }: Surroundings,
  { json = false, home }: DoctorOptions = {},
): Promise<number> {
  const { examine } = await import("../doctor.ts");
  const { formatDiagnosis } = await import("../format-diagnosis.ts");
  const folders = userFolders(env, homeFolder, platform);
  const diagnosis = await examine({
    cwd,
    cacheDir: folders.cache,
    home: home ?? folders.home,
    weights: env.POMONA_WEIGHTS || undefined,
    signal,
  });
  stdout.write(json ? `${JSON.stringify(diagnosis)}\n` : formatDiagnosis(diagnosis));
  return diagnosis.ok ? exitCodes.done : exitCodes.failed;
}
