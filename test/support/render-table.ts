import { type FileCase, fileCases, type RunCase, runCases } from "../fixtures/hostile-table.ts";

/** The two tables of `docs/input.md`, as Markdown. */
export function renderInputTables(): { readonly files: string; readonly runs: string } {
  return {
    files: table(["file", "what it is", "what becomes of it"], fileCases.map(fileCells)),
    runs: table(["what is wrong", "exit code", "code"], Object.values(runCases).map(runCells)),
  };
}

function fileCells(file: FileCase): string[] {
  return [code(shownName(file)), file.what, outcomeText(file)];
}

function outcomeText({ outcome }: FileCase): string {
  if (outcome.kind === "row") return "a row";
  if (outcome.kind === "skipped") return "not listed";
  return `quarantine: ${outcome.stage}, \`${outcome.reason}\``;
}

function runCells({ what, exitCode, code: name }: RunCase): string[] {
  return [what, String(exitCode), code(name)];
}

/** One line, not too long, bytes as the program shows them. */
function shownName({ key, bytes }: FileCase): string {
  const escapes: Readonly<Record<string, string>> = { "\n": "␊", "\r": "␍", "\t": "␉" };
  const text = key
    .replace(/[\n\r\t]/g, (c) => escapes[c])
    .replace(/[\x80-\xff]/g, (c) => (bytes ? `\\x${c.charCodeAt(0).toString(16)}` : c));
  return text.length > 48 ? `${text.slice(0, 20)}…${text.slice(-12)}` : text;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}
