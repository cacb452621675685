/** An image in quarantine as people see it. */
export interface QuarantineRow {
  /** As in the table: the input's address and the key. */
  readonly path: string;
  readonly label: string;
  readonly stage: string;
  readonly reason: string;
  readonly detail: string;
}

export interface QuarantineFilter {
  readonly reason: string | undefined;
  readonly label: string | undefined;
}

export function passes({ reason, label }: QuarantineFilter): (row: QuarantineRow) => boolean {
  return (row) => (reason === undefined || row.reason === reason) && (label === undefined || row.label === label);
}

/** Some of the images in quarantine. */
export interface QuarantinePage {
  readonly rows: readonly QuarantineRow[];
  /** Whether there are more after these. */
  readonly hasMore: boolean;
  /** What was not looked through yet, in words. */
  readonly incomplete: string | undefined;
}
