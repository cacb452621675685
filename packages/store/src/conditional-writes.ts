import { type ObjectStore, PomonaError } from "@pomona/core";

/** Another process may delete the probe between our two writes; that it does so every time is no chance. */
const attempts = 3;

/**
 * Writes `probe` twice if absent. Throws {@link PomonaError} `no-conditional-writes` for a store that takes the second
 * one too, as S3 servers do that ignore `If-None-Match`: there two workers could overwrite each other.
 */
export async function checkConditionalWrites(store: ObjectStore, probe: string): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if ((await store.putIfAbsent(probe, Buffer.from("pomona\n"))) === "exists") return;
    if ((await store.putIfAbsent(probe, Buffer.from("pomona\n"))) === "exists") return;
  }
  throw new PomonaError(
    "no-conditional-writes",
    `${store.uri} replaces objects that were to be created only if absent`,
    {
      remedy: "Write the output to a server that honours If-None-Match (AWS S3, MinIO, versitygw, R2), or to a folder.",
    },
  );
}
