import type { RunProgress } from "@pomona/core";
import { createProgressView } from "../progress-view.ts";
import type { Surroundings } from "../surroundings.ts";

/** Where work tells how far it is. */
export interface ProgressSink {
  readonly onProgress: (progress: RunProgress) => void;
  readonly onNotice: (message: string) => void;
}

/** Shows progress and notices of `work` on standard error; both are over when it is, so that its result can be printed. */
export async function withProgress<T>(
  { stderr }: Pick<Surroundings, "stderr">,
  { json = false, plain = false }: { readonly json?: boolean; readonly plain?: boolean },
  work: (sink: ProgressSink) => Promise<T>,
): Promise<T> {
  const view = createProgressView(stderr, { plain: plain || json });
  try {
    return await work({
      onProgress: (progress) => view.show(progress),
      onNotice: (message) => void stderr.write(`${message}\n`),
    });
  } finally {
    view.close();
  }
}
