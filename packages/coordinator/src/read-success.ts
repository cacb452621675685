import { decodeSuccess, MissingObjectError, type ObjectStore, outputLayout, type Success } from "@pomona/core";

/** What an output says of its result; undefined where there is none, or one of another program. */
export async function readSuccess(out: ObjectStore): Promise<Success | undefined> {
  try {
    return decodeSuccess(await out.get(outputLayout.success));
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}
