import { escapeMarkup } from "./escape-markup.ts";

const markup = Symbol("markup");

/** Text that is HTML already. Only {@link html} and {@link trusted} make it. */
export interface Html {
  readonly [markup]: string;
}

type Content = Html | string | number | null | undefined | false | readonly Content[];

/** HTML from a template; what is put in is escaped unless it is HTML already. Lists are joined, null and false left out. */
export function html(texts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return trusted(texts.map((text, i) => text + (i < contents.length ? render(contents[i]) : "")).join(""));
}

/** HTML of our own making: drawn charts, style, script. */
export function trusted(text: string): Html {
  return { [markup]: text };
}

export function toText(content: Html): string {
  return content[markup];
}

/** JSON for a script element: nothing in it can end the element or begin a comment. */
export function jsonText(value: unknown): Html {
  return trusted(JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, unicodeEscape));
}

function render(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (typeof content === "string") return escapeMarkup(content);
  if (typeof content === "number") return String(content);
  return "map" in content ? content.map(render).join("") : toText(content);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
