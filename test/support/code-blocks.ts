import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { repository } from "./places.ts";

/** A piece of code in a document. */
export interface CodeBlock {
  /** The heading above it, and its number below that: `Run 2`. */
  readonly name: string;
  readonly code: string;
}

/** The pieces of code of a language in a document of the repository, or of another place by its absolute path, in their order. */
export function codeBlocks(document: string, language: string): CodeBlock[] {
  const text = readFileSync(resolve(repository, document), "utf8");
  const blocks: CodeBlock[] = [];
  let heading = "";
  let n = 0;
  for (const [, title, found, code = ""] of text.matchAll(/^#+ (.+)$|^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) [heading, n] = [title, 0];
    else if (found === language) blocks.push({ name: `${heading} ${++n}`, code });
  }
  if (blocks.length === 0) throw new Error(`${document} has no code in ${language}`);
  return blocks;
}
