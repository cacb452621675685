import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ChartName } from "./charts.ts";
import { findings } from "./findings.ts";
import { type Html, html, toText, trusted } from "./html.ts";
import { count, decimal, duration, type PageContext, percent, tile, whole } from "./page-parts.ts";
import type { Pictures } from "./pictures.ts";
import type { Chart } from "./render-chart.ts";
import type { ReportData } from "./report-data.ts";
import { classifiersSection } from "./section-classifiers.ts";
import { featuresSection } from "./section-features.ts";
import { labelsSection } from "./section-labels.ts";
import { mapSection } from "./section-map.ts";
import { duplicatesSection, neighboursSection } from "./section-neighbours.ts";
import { provenanceSection, quarantineSection } from "./section-provenance.ts";
import { timeSection } from "./section-time.ts";
import { varianceSection } from "./section-variance.ts";

export interface ReportPageOptions {
  readonly data: ReportData;
  readonly charts: ReadonlyMap<ChartName, Chart>;
  readonly pictures: Pictures;
}

const chapters = [
  ["map", "Map"],
  ["variance", "Components"],
  ["labels", "Labels"],
  ["neighbours", "Neighbours"],
  ["classifiers", "Classifiers"],
  ["duplicates", "Duplicates"],
  ["features", "Features"],
  ["time", "Time"],
  ["quarantine", "Left out"],
  ["provenance", "Provenance"],
] as const;

/**
 * A report as one HTML document that needs nothing else: no network, no other file. Its policy allows its own script
 * and pictures and forbids the rest, so that a label or path can do no harm even if it were not escaped.
 */
export function reportPage({ data, charts, pictures }: ReportPageOptions): string {
  const numbers = new Map([...pictures.keys()].map((path, i) => [path, i]));
  const context = pageContext(numbers);
  const script = asset("../dist/page/page.js");
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`;
  const title = titleOf(data);
  const classifiers = classifiersSection(data);
  const shown = chapters.filter(([id]) => id !== "classifiers" || classifiers !== undefined);
  const body = html`<header>${masthead(data, title)}${summary(data)}</header>
<nav aria-label="Chapters"><div>${shown.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}<button type="button" id="theme" aria-label="Light or dark">◐</button></div></nav>
<main>
${mapSection(data, charts.get("map"), numbers)}
${varianceSection(data, charts.get("scree"))}
${labelsSection(data, charts.get("labels"), context)}
${neighboursSection(data, { confusion: charts.get("confusion"), strangers: charts.get("strangers") }, context)}
${classifiers}
${duplicatesSection(data, context)}
${featuresSection(data, charts.get("norms"), context)}
${timeSection(data, charts.get("stages"))}
${quarantineSection(data)}
${provenanceSection(data)}
</main>
<footer><p>Made by Pomona ${data.versions.pomona ?? ""}. The numbers are in <code>report.json</code>, the charts in <code>plots/</code>; <code>pomona report</code> makes them again.</p></footer>`;
  return toText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – Pomona report</title>
<link rel="icon" href="data:,">
<style>${trusted(asset("../page/page.css"))}${trusted(pictureRules(pictures))}</style>
</head>
<body>
${body}
<script>${trusted(script)}</script>
</body>
</html>
`);
}

/** Each picture is there once, as a rule of the style, however often it is shown. */
function pictureRules(pictures: Pictures): string {
  return [...pictures.values()].map((address, i) => `.p${i}{background-image:url(${address})}`).join("\n");
}

function pageContext(numbers: ReadonlyMap<string, number>): PageContext {
  return {
    hasPhoto: (path) => numbers.has(path),
    photo(path, caption) {
      const number = numbers.get(path);
      const picture =
        number === undefined
          ? html`<span class="photo none" role="img" aria-label="${path} (no picture)" title="${path}">no picture</span>`
          : html`<span class="photo p${number}" role="img" aria-label="${path}" title="${path}"></span>`;
      return caption === undefined ? picture : html`<span class="captioned">${picture}<small>${caption}</small></span>`;
    },
  };
}

function masthead({ run, finishedAt, input, untrained }: ReportData, title: string): Html {
  return html`<div class="masthead"><p class="brand">${apple}Pomona</p><p class="when">${finishedAt.slice(0, 16).replace("T", " ")} UTC · run ${run}</p></div>
<h1>${title}</h1><p class="input">${input}</p>
${untrained && html`<p class="alarm">The network is random (--weights untrained). Every number here describes nothing.</p>`}`;
}

function summary(data: ReportData): Html {
  const { books, labelCount, variance, neighbours, time, dimensions } = data;
  const honest = neighbours.withoutSeries?.accuracy ?? neighbours.accuracy;
  const tiles = [
    {
      value: whole(books.featurized),
      label: "images",
      note: books.quarantined > 0 ? `and ${whole(books.quarantined)} left out` : "none left out",
    },
    { value: whole(labelCount), label: "labels" },
    {
      value: whole(variance.kept),
      label: "components",
      note: `of ${whole(dimensions.dimension)} features, ${percent(variance.keptShare)} of the variance`,
    },
    ...(honest === null
      ? []
      : [
          {
            value: percent(honest),
            label: "known by neighbours",
            note: neighbours.withoutSeries ? "none of the same series" : undefined,
          },
        ]),
    {
      value: `${decimal(time.imagesPerSecond)}`,
      label: "images a second",
      note: `${duration(time.seconds.total ?? 0)} in all`,
    },
  ];
  return html`<dl class="tiles">${tiles.map(tile)}</dl>
<ul class="findings">${findings(data).map(({ mood, text, section }) => html`<li class="${mood}"><a href="#${section}">${text}</a></li>`)}</ul>
${data.warnings.map((warning) => html`<p class="warning">${warning}</p>`)}`;
}

function titleOf({ input, books }: ReportData): string {
  const folder = input.replace(/\/+$/, "").split("/").at(-1);
  return `${count(books.featurized, "image")} of ${folder === undefined || folder === "" ? "the input" : folder}`;
}

const apple = trusted(
  '<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path fill="var(--accent)" d="M12 7.2c1.6-1.3 3.9-1.7 5.7-.6 2.8 1.7 3 5.9 1.6 9.2-1.1 2.600-3 5.200-5 5.200-.9 0-1.500-.500-2.300-.500s-1.400.5-2.300.5c-2 0-3.900-2.600-5-5.200-1.400-3.300-1.200-7.500 1.600-9.200 1.800-1.100 4.100-.7 5.700.6z"/><path fill="var(--second)" d="M12.200 6.300c-.2-2.300 1.300-4.200 4.200-4.500.2 2.500-1.500 4.400-4.200 4.500z"/></svg>',
);

function asset(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}
