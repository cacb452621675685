import type { ImageSource } from "./image-source.ts";

/** What a run would take, without taking it. */
export interface Survey {
  readonly images: number;
  /** Of those whose size the listing tells. */
  readonly bytes: number;
  readonly labels: Readonly<Record<string, number>>;
}

/** Counts the images of a source, at most `limit`. */
export async function surveyInput(source: ImageSource, limit: number = Number.POSITIVE_INFINITY): Promise<Survey> {
  const labels = new Map<string, number>();
  let images = 0;
  let bytes = 0;
  for await (const { label, size } of source(null)) {
    images += 1;
    bytes += size ?? 0;
    labels.set(label, (labels.get(label) ?? 0) + 1);
    if (images >= limit) break;
  }
  return { images, bytes, labels: Object.fromEntries(labels) };
}

/** What files that the glob leaves out are counted by: `.txt`, or the whole name where there is none. */
export function extensionOf(key: string): string {
  const name = key.slice(key.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot).toLowerCase() : name;
}
