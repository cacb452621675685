import { openStore, type S3Options } from "@pomona/store";

/** Pixels. */
const side = 112;

/**
 * The image at a path of the table as a small JPEG, in a `data:` address; undefined where it is gone or cannot be read.
 * Square, as the network sees it.
 */
export async function thumbnail(path: string, s3: S3Options | undefined): Promise<string | undefined> {
  // Loaded by who draws: the library that decodes takes a while.
  const { createPreparer, encodeJpeg, prepareImage } = await import("@pomona/vision");
  const slash = path.lastIndexOf("/") + 1;
  try {
    const store = await openStore(path.slice(0, slash), { cwd: "/", s3, mustExist: true });
    const { pixels } = await prepareImage(createPreparer({ size: side }), await store.get(path.slice(slash)));
    const jpeg = await encodeJpeg({ width: side, height: side, data: pixels }, { quality: 80 });
    return `data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}`;
  } catch {
    return undefined;
  }
}
