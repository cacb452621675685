import { createHash } from "node:crypto";
import { type ObjectStore, outputLayout, type Success } from "@pomona/core";
import { type Check, judge } from "./validation.ts";

/** The parts are the files that `_SUCCESS` names: same bytes, and nothing else beside them. */
export async function checkFiles(out: ObjectStore, { parts }: Success): Promise<Check[]> {
  const published = new Map(parts.map((part) => [part.key, part]));
  const faults: string[] = [];
  const strangers: string[] = [];
  const found = new Set<string>();
  for await (const { key, size } of out.list({ prefix: outputLayout.parquet })) {
    const part = published.get(key);
    if (part === undefined) {
      strangers.push(`${key} is not named in _SUCCESS`);
      continue;
    }
    found.add(key);
    if (size !== part.bytes) faults.push(`${key} has ${size} bytes instead of ${part.bytes}`);
    else if ((await sha256(out, key)) !== part.sha256) faults.push(`${key} has another sha256 than in _SUCCESS`);
  }
  for (const { key } of parts) if (!found.has(key)) faults.push(`${key} is not there`);
  const bytes = parts.reduce((total, part) => total + part.bytes, 0);
  return [
    judge("parts", faults, `${count(parts.length, "file")}, ${bytes} bytes, sha256 as published`),
    judge("nothing else", strangers, `parquet/ holds the parts only`),
  ];
}

async function sha256(out: ObjectStore, key: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of out.stream(key)) hash.update(piece);
  return hash.digest("hex");
}

function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}
