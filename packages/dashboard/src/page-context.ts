import type { Viewer } from "./viewer.ts";

/** What every page is rendered for. */
export interface PageContext {
  readonly viewer: Viewer;
  /** The address of a path of ours, as browsers ask for it. */
  readonly link: (path: string) => string;
  /** Nobody may change anything. */
  readonly readOnly: boolean;
}

export function mayAct({ viewer, readOnly }: PageContext): boolean {
  return viewer.role === "operator" && !readOnly;
}
