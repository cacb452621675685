import {
  decodeSuccess,
  type LogState,
  MissingObjectError,
  type ObjectStore,
  type OpenRun,
  outputLayout,
  RunLog,
} from "@pomona/core";
import type { Log } from "../log.ts";
import { notify, type RunNotice } from "./notify.ts";

/** Who did not take the news for so long will not want it any more. */
const newsMs = 24 * 3_600_000;

/**
 * Tells whoever asked for it how runs ended, at least once: what is not in the log of the run as told is told again, by
 * any coordinator, whenever it looks at the run.
 */
export class EndNotices {
  readonly #log: Log;
  readonly #pauseMs: number | undefined;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(log: Log, { pauseMs }: { readonly pauseMs?: number } = {}) {
    this.#log = log;
    this.#pauseMs = pauseMs;
  }

  /** Harmless for a run that nobody wants to be told of, that was told of, or that goes on. */
  tell({ file, out, settings }: Pick<OpenRun, "file" | "out" | "settings">): void {
    const { run } = file;
    if (settings.notify === undefined || this.#underWay.has(run)) return;
    const telling = this.#tell(run, out, settings.notify)
      .catch((error: Error) => this.#log.warn({ run }, `the end of the run could not be told: ${error.message}`))
      .finally(() => this.#underWay.delete(run));
    this.#underWay.set(run, telling);
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #tell(run: string, out: ObjectStore, url: string): Promise<void> {
    const log = new RunLog(out);
    const state = await log.read();
    if (state.run !== run || !isNews(state)) return;
    const notice = { run, out: out.uri, ...(await endOf(out, state)) } as RunNotice;
    const options = this.#pauseMs === undefined ? {} : { pauseMs: this.#pauseMs };
    if (!(await notify(url, notice, this.#log, options))) return;
    await log.append((newest) => {
      const isSameEnd = newest.run === run && newest.epoch === state.epoch && isNews(newest);
      return isSameEnd ? { kind: "notified", at: new Date().toISOString() } : undefined;
    });
  }
}

function isNews({ status, notified, at = "" }: LogState): boolean {
  const isOver = status === "done" || status === "failed" || status === "cancelled";
  return isOver && !notified && Date.now() - Date.parse(at) < newsMs;
}

async function endOf(out: ObjectStore, { status, failure }: LogState): Promise<Omit<RunNotice, "run" | "out">> {
  if (status === "done") return { outcome: "done", ...(await booksOf(out)) };
  if (status !== "failed" || failure === undefined) return { outcome: "cancelled" };
  const { code, message, remedy } = failure;
  return { outcome: "failed", error: { code, message, ...(remedy !== undefined && { remedy }) } };
}

async function booksOf(out: ObjectStore): Promise<Pick<RunNotice, "books">> {
  try {
    const success = decodeSuccess(await out.get(outputLayout.success));
    return success === undefined ? {} : { books: success.books };
  } catch (error) {
    if (error instanceof MissingObjectError) return {};
    throw error;
  }
}
