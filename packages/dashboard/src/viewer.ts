import type { Role } from "./users.ts";

/** Who looks at a page. */
export interface Viewer {
  readonly name: string;
  readonly role: Role;
  /** Stands in every form, and is asked for with every action. */
  readonly csrf: string;
  /** Whether there is a session of ours to end; a proxy has its own way out. */
  readonly canLogOut: boolean;
  /** Aborted when the viewer may no longer look. */
  readonly signal: AbortSignal | undefined;
}
