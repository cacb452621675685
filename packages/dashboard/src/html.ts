/** Markup that is safe to send: made by {@link html} alone, which escapes everything else. */
export class Html {
  readonly #text: string;
  /** For {@link html}: the text is taken as it is. */
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template. `undefined`, `null` and `false` are nothing. */
export type Content = Html | string | number | undefined | null | false | readonly Content[];

/**
 * A template whose values are escaped, in text and in quoted attributes alike: a key named `<img src=x onerror=alert(1)>.jpg`
 * is text wherever it stands. Values belong into text or between double quotes, never into a tag's or attribute's name.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = strings[0] ?? "";
  for (const [i, value] of values.entries()) text += render(value) + (strings[i + 1] ?? "");
  return new Html(text);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function render(value: Content): string {
  if (value === undefined || value === null || value === false) return "";
  if (value instanceof Html) return value.toString();
  if (typeof value === "object") return value.map(render).join("");
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
