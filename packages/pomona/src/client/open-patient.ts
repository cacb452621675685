import { Patience } from "@pomona/core";
import { type OpenStoreOptions, PatientStore } from "@pomona/store";
import { openPlace } from "../places.ts";

/** Somebody waits for the answer: a hiccup is bridged, and what is wrong shows soon. */
const giveUpAfterMs = 5_000;

/** A place for a command that answers at once. */
export async function openPatient(
  text: string,
  cwd: string,
  what: Parameters<typeof openPlace>[2],
  options: Pick<OpenStoreOptions, "s3">,
): Promise<PatientStore> {
  return new PatientStore(await openPlace(text, cwd, what, options), new Patience({ giveUpAfterMs }));
}
