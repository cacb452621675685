import { type Html, html } from "./html.ts";
import { count, details, section, shortPath, table, whole } from "./page-parts.ts";
import type { ReportData } from "./report-data.ts";

/** What each reason means for whoever has to mend it. */
const reasons: Readonly<Record<string, string>> = {
  name: "the file's name is no UTF-8",
  missing: "listed, then gone",
  changed: "listed, then another version",
  "too-large": "above --max-bytes",
  empty: "no bytes",
  "not-an-image": "no JPEG, PNG, WebP, GIF or TIFF by its content",
  truncated: "the file ends too early",
  corrupt: "the decoder refuses it",
  "too-many-pixels": "above --max-pixels",
  crashed: "killed its process twice",
};

export function quarantineSection({ quarantine, books }: ReportData): Html {
  const isEmpty = books.quarantined === 0;
  return section({
    id: "quarantine",
    title: "What was left out, and why",
    lead: isEmpty
      ? `Nothing: every one of ${whole(books.listed)} listed images has a row.`
      : html`${count(books.quarantined, "image")} of ${whole(books.listed)} could not be read and ${books.quarantined === 1 ? "is" : "are"} in <code>quarantine.csv</code> instead of the table.`,
    body: quarantine.map(({ reason, images, examples }) =>
      details(
        `${reason}: ${count(images, "image")}${reasons[reason] === undefined ? "" : ` – ${reasons[reason]}`}`,
        table(
          ["image", "stage", "what was said"],
          examples.map(({ path, stage, detail }) => [shortPath(path), stage, detail]),
        ),
      ),
    ),
  });
}

export function provenanceSection({
  run,
  generation,
  input,
  listedAt,
  finishedAt,
  configuration,
  fingerprint,
  versions,
  books,
}: ReportData): Html {
  const facts = (values: Readonly<Record<string, unknown>>): (readonly string[])[] =>
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  const { name: _, version: __, ...parts } = fingerprint as Record<string, unknown>;
  return section({
    id: "provenance",
    title: "Where this comes from",
    lead: html`Run <code>${run}</code>, generation ${generation}. The same images, options and build give the same table, byte for byte.`,
    body: html`${table(
      ["", ""],
      [
        ["input", input],
        ["listed", listedAt],
        ["finished", finishedAt],
        [
          "images",
          `${whole(books.listed)} listed, ${whole(books.featurized)} featurized, ${whole(books.quarantined)} quarantined`,
        ],
        ...facts(versions).map(([name, value]) => [`${name}`, `${value}`]),
      ],
    )}
${details("Fingerprint: what changes a feature", table(["part", "value"], facts(parts)))}
${configuration && details("Configuration: what was asked", table(["option", "value"], [...facts(configuration.features), ...facts(configuration.model)]))}`,
  });
}
