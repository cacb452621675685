import { type ObjectStore, StoreUnavailableError } from "@pomona/core";
import { makeThumbnail } from "@pomona/vision";
import type { ReportData } from "./report-data.ts";

/** Small pictures of images, by path, as `data:` addresses. */
export type Pictures = ReadonlyMap<string, string>;

export interface PictureOptions {
  /** Root of the images. */
  readonly input: ObjectStore;
  readonly maxPixels?: number | undefined;
  readonly maxBytes?: number | undefined;
  readonly exifRotate?: boolean | undefined;
}

const inFlight = 4;
const maxPictures = 320;
const perLabel = 4;
const examples = 12;
/** Storage that fails this often is not asked for more. */
const maxFailures = 3;

/** The images that a report shows: a few of each label, and those that it speaks of. */
export function picturesWanted({ map, duplicates, neighbours, norms }: ReportData): string[] {
  const paths = new Set<string>();
  for (const { first, second } of duplicates.examples.slice(0, examples)) paths.add(first).add(second);
  for (const { path, nearest } of neighbours.mistakes.slice(0, examples)) paths.add(path).add(nearest);
  for (const { path } of norms.outliers.slice(0, examples)) paths.add(path);
  for (const { paths: shown } of picturesByLabel(map)) for (const path of shown) paths.add(path);
  return [...paths].filter((path) => path !== "").slice(0, maxPictures);
}

/** A few images of each label, from all over the sample. */
export function picturesByLabel(map: ReportData["map"]): { readonly label: string; readonly paths: string[] }[] {
  const byLabel = new Map<string, string[]>();
  for (const { label, path } of map) {
    const known = byLabel.get(label);
    if (known === undefined) byLabel.set(label, [path]);
    else known.push(path);
  }
  return Array.from(byLabel, ([label, paths]) => ({ label, paths: spread(paths, perLabel) }));
}

/** Pictures of those of the images that can be had; one that is gone or unreadable has none. */
export async function makePictures(paths: readonly string[], options: PictureOptions): Promise<Pictures> {
  const { input, maxBytes } = options;
  const pictures = new Map<string, string>();
  const waiting = paths.filter((path) => path.startsWith(input.uri)).values();
  let failures = 0;
  const work = async (): Promise<void> => {
    for (const path of waiting) {
      if (failures >= maxFailures) return;
      try {
        const bytes = await input.get(path.slice(input.uri.length), maxBytes === undefined ? {} : { maxBytes });
        pictures.set(path, await pictureOf(bytes, options));
      } catch (error) {
        if (error instanceof StoreUnavailableError) failures += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  // In the order that was asked for, not in that of who was done first: the same report again is the same bytes.
  return new Map(
    paths.flatMap((path) => {
      const picture = pictures.get(path);
      return picture === undefined ? [] : [[path, picture] as const];
    }),
  );
}

async function pictureOf(bytes: Uint8Array, { maxPixels, exifRotate }: PictureOptions): Promise<string> {
  const picture = await makeThumbnail(bytes, { ...(maxPixels && { maxPixels }), ...(exifRotate && { exifRotate }) });
  return `data:image/webp;base64,${Buffer.from(picture).toString("base64")}`;
}

/** `count` of the values, evenly. */
export function spread<T>(values: readonly T[], count: number): T[] {
  const step = Math.max(1, values.length / count);
  return Array.from({ length: Math.min(count, values.length) }, (_, i) => values[Math.floor(i * step)] as T);
}
