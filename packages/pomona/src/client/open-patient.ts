import { Patience } from "@pomona/core";
import { type OpenStoreOptions, PatientStore } from "@pomona/store";
import { openPlace } from "../places.ts";

/** Somebody waits for the answer: a hiccup is bridged, and what is wrong shows within 10 s. */
const giveUpAfterMs = 3_000;
/** A server that says nothing at all is asked twice. */
const timeoutMs = 3_000;

/** A place for a command that reads and writes a few small objects, and answers at once. */
export async function openPatient(
  text: string,
  cwd: string,
  what: Parameters<typeof openPlace>[2],
  { s3 }: Pick<OpenStoreOptions, "s3">,
): Promise<PatientStore> {
  // The patient store tries again; the SDK need not.
  const store = await openPlace(text, cwd, what, { s3: { ...s3, timeoutMs, maxAttempts: 1 } });
  return new PatientStore(store, new Patience({ giveUpAfterMs }));
}
