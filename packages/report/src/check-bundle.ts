import { createHash } from "node:crypto";
import { decodeBundleFile, MissingObjectError, type ObjectStore, outputLayout, type Success } from "@pomona/core";
import { messageOf } from "./message-of.ts";
import { type Check, failed, judge, passed } from "./validation.ts";

/** `model/` holds the files that classify new images: those that its `bundle.json` names, and nothing else. */
export async function checkBundle(out: ObjectStore, success: Success): Promise<Check> {
  const name = "bundle";
  if (success.bundle === undefined) {
    return passed(name, "none: an earlier version made this result; classify makes what it needs from the table");
  }
  try {
    const bytes = await out.get(outputLayout.bundle);
    const { files, dimension, components } = decodeBundleFile(bytes, outputLayout.bundle);
    const faults =
      sha256(bytes) === success.bundle ? [] : [`${outputLayout.bundle} has another sha256 than in _SUCCESS`];
    const { model } = success;
    if (dimension !== model.dimension || components !== model.components) {
      faults.push("its dimensions are not those of _SUCCESS");
    }
    const known = new Set<string>([outputLayout.bundle]);
    for (const file of files) {
      const key = outputLayout.modelFile(file.name);
      known.add(key);
      const found = await getOr(out, key);
      if (found === undefined) faults.push(`${key} is not there`);
      else if (sha256(found) !== file.sha256) faults.push(`${key} has another sha256 than in bundle.json`);
    }
    for await (const { key } of out.list({ prefix: outputLayout.model })) {
      if (!known.has(key)) faults.push(`${key} is not named in bundle.json`);
    }
    return judge(name, faults, `${files.length} files in model/, sha256 as published`);
  } catch (error) {
    return failed(name, error instanceof MissingObjectError ? `${outputLayout.bundle} is not there` : messageOf(error));
  }
}

async function getOr(out: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await out.get(key);
  } catch (error) {
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
