#!/usr/bin/env node
// Committed so that npm can link the bin before the first build; the program itself is built from src/.
import { existsSync } from "node:fs";

const program = new URL("../dist/bin.js", import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error("pomona is not built yet. Run: npm run build");
  process.exitCode = 1;
}
