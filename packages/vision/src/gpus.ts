import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setNativeEnvironment, visibleGpus } from "./native-environment.ts";

/** An NVIDIA GPU as `nvidia-smi` describes it. */
export interface Gpu {
  /** Its place among those that this process may use: the number in `--device gpu:1`. */
  readonly index: number;
  /** Its number on the machine, in the order of the bus. */
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly freeBytes: number;
  readonly driver: string;
}

/** Device files of the driver, on Linux and in WSL. Without them there is no need to ask. */
const deviceFiles = ["/dev/nvidiactl", "/dev/dxg"];

const fields = ["index", "uuid", "name", "memory.total", "memory.free", "driver_version"] as const;

/** The NVIDIA GPUs that this process may use; none where there is no driver. `CUDA_VISIBLE_DEVICES` counts. */
export function findGpus(): Gpu[] {
  if (process.platform === "linux" && !deviceFiles.some((file) => existsSync(file))) return [];
  const query = [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
  const { status, stdout } = spawnSync("nvidia-smi", query, { encoding: "utf8", timeout: 20_000 });
  return status === 0 ? chooseVisible(parseGpus(stdout), visibleGpus()) : [];
}

/** Lines `0, GPU-1b2c…, NVIDIA H100 80GB HBM3, 81559, 81008, 570.124.06`; memory in MiB, `[N/A]` where it is unknown. */
export function parseGpus(text: string): Gpu[] {
  const rows = text
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .filter((cells) => cells.length === fields.length);
  return rows.map(([id = "", uuid = "", name = "", total, free, driver = ""], index) => ({
    index,
    id,
    uuid,
    name,
    memoryBytes: mebibytes(total),
    freeBytes: mebibytes(free),
    driver,
  }));
}

/**
 * By CUDA's rules: numbers or UUIDs, which may be shortened, up to the first that does not exist.
 *
 * @param visible in the order in which this process may use them; undefined for all
 */
export function chooseVisible(gpus: readonly Gpu[], visible: readonly string[] | undefined): Gpu[] {
  if (visible === undefined) return [...gpus];
  const found = visible.map((wanted) => {
    // A slice of a GPU has an id that the list of whole ones does not hold.
    if (wanted.startsWith("MIG-") && gpus[0] !== undefined) return { ...gpus[0], uuid: wanted };
    return gpus.find(({ id, uuid }) => id === wanted || (wanted.startsWith("GPU-") && uuid.startsWith(wanted)));
  });
  const end = found.indexOf(undefined);
  return found
    .slice(0, end === -1 ? found.length : end)
    .filter((gpu) => gpu !== undefined)
    .map((gpu, index) => ({ ...gpu, index }));
}

/** Leaves one GPU to the libraries that this process is about to load; for them it is the only one. */
export function claimGpu({ uuid }: Gpu): void {
  setNativeEnvironment({ CUDA_VISIBLE_DEVICES: uuid }, { force: true });
}

function mebibytes(text: string | undefined): number {
  const value = Number(text);
  return Number.isFinite(value) ? value * 2 ** 20 : 0;
}
