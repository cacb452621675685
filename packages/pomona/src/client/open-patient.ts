import { Patience } from "@pomona/core";
import { type OpenStoreOptions, PatientStore } from "@pomona/store";
import { openPlace } from "../places.ts";

/** Somebody waits for the answer: a hiccup is bridged, and what is wrong shows within 10 s. */
const giveUpAfterMs = 3_000;
/** A server that says nothing at all is asked twice. */
const timeoutMs = 3_000;

/** Opens places for what reads and writes a few small objects and answers at once. They share their connections. */
export function patientOpener(
  cwd: string,
  { s3 }: Pick<OpenStoreOptions, "s3">,
): (text: string, what: Parameters<typeof openPlace>[2]) => Promise<PatientStore> {
  // The patient store tries again; the SDK need not.
  const hasty = { ...s3, timeoutMs, maxAttempts: 1 };
  return async (text, what) =>
    new PatientStore(await openPlace(text, cwd, what, { s3: hasty }), new Patience({ giveUpAfterMs }));
}

/** One such place. */
export function openPatient(
  text: string,
  cwd: string,
  what: Parameters<typeof openPlace>[2],
  options: Pick<OpenStoreOptions, "s3">,
): Promise<PatientStore> {
  return patientOpener(cwd, options)(text, what);
}
