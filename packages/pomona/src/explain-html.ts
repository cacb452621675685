import type { ClassifiedImage } from "./classify.ts";

export interface ExplainOptions {
  /** Address of the model. */
  readonly model: string;
  /** A picture of a path as a `data:` address; undefined where there is none. */
  readonly pictureOf: (path: string) => Promise<string | undefined>;
}

/** Images on one page; more would make it unreadable, and large. */
const mostExplained = 200;

/** A page without any other file: each image, what was said of it, and the neighbours that it was said for. */
export async function explainHtml(
  images: readonly ClassifiedImage[],
  { model, pictureOf }: ExplainOptions,
): Promise<string> {
  const pictures = new Map<string, string | undefined>();
  const figure = async (path: string, caption: string): Promise<string> => {
    if (!pictures.has(path)) pictures.set(path, await pictureOf(path));
    const address = pictures.get(path);
    const picture = address === undefined ? `<div class="gone">not readable</div>` : `<img src="${address}" alt="">`;
    return `<figure title="${escapeHtml(path)}">${picture}<figcaption>${caption}</figcaption></figure>`;
  };
  const sections: string[] = [];
  for (const image of images.slice(0, mostExplained)) {
    const neighbors: string[] = [];
    for (const { path, label, distance } of image.neighbors) {
      neighbors.push(await figure(path, `${escapeHtml(label)}<br>${distance.toFixed(2)}`));
    }
    sections.push(`<section>
${await figure(image.path, escapeHtml(nameOf(image.path)))}
<div><h2>${image.label === null ? "not classified" : escapeHtml(image.label)}</h2>${describe(image)}</div>
<div class="neighbors">${neighbors.join("\n")}</div>
</section>`);
  }
  const left = images.length - Math.min(images.length, mostExplained);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Pomona: ${images.length} classified</title>
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222 }
section { display: flex; gap: 1.5rem; align-items: flex-start; border-top: 1px solid #ddd; padding: 1rem 0; flex-wrap: wrap }
figure { margin: 0; width: 112px } img, .gone { width: 112px; height: 112px; border-radius: 4px }
.gone { background: #eee; color: #777; display: grid; place-items: center; font-size: 12px }
figcaption { font-size: 12px; color: #555; overflow-wrap: anywhere } h1 { font-size: 1.3rem } h2 { font-size: 1.1rem; margin: 0 0 .3rem }
.neighbors { display: flex; gap: .6rem; flex-wrap: wrap } table { font-size: 13px; border-spacing: 0 } td { padding-right: 1rem }
</style></head><body>
<h1>What the model says of ${images.length} ${images.length === 1 ? "image" : "images"}, and why</h1>
<p>Model: ${escapeHtml(model)}. Beside each image are its nearest neighbours among the model's own, with their label and distance.</p>
${sections.join("\n")}
${left > 0 ? `<p>${left} more are left out.</p>` : ""}
</body></html>
`;
}

function describe({ confidence, classifier, verdicts, truth, error }: ClassifiedImage): string {
  if (error !== undefined) return `<p>${escapeHtml(error.reason)}: ${escapeHtml(error.detail)}</p>`;
  const rows = Object.entries(verdicts).map(
    ([name, verdict]) =>
      `<tr><td>${name}</td><td>${escapeHtml(verdict.label)}</td><td>${percent(verdict.confidence)}</td></tr>`,
  );
  const told = truth === undefined ? "" : `<p>its path says ${escapeHtml(truth)}</p>`;
  return `<p>${percent(confidence)} by ${classifier}</p>${told}<table>${rows.join("")}</table>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function nameOf(path: string): string {
  return path.split("/").slice(-2).join("/");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
