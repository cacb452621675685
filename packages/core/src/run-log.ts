import { PomonaError } from "./errors.ts";
import { outputLayout } from "./layout.ts";
import { emptyLog, foldEntry, type LogEntry, type LogState, logEntry } from "./log-entry.ts";
import type { ObjectStore } from "./object-store.ts";
import { parseJson } from "./parse-json.ts";
import { encodeJson } from "./run-file.ts";

/**
 * The history of one output, shared by every process that works on it. Entry n + 1 is created with putIfAbsent, so
 * appending is a compare-and-swap: whoever loses reads what the winner wrote and decides again.
 */
export class RunLog {
  readonly #store: ObjectStore;
  #state: LogState = emptyLog;
  #entries: LogEntry[] = [];

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Every entry as of the last call of {@link read} or {@link append}, oldest first: for people who ask what happened. */
  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The state as of the newest entry in the store. */
  async read(): Promise<LogState> {
    const after = this.#state.entries === 0 ? undefined : outputLayout.logEntry(this.#state.entries);
    for await (const { key } of this.#store.list({ prefix: outputLayout.log, ...(after && { after }) })) {
      if (key !== outputLayout.logEntry(this.#state.entries + 1)) continue;
      this.#add(key, decodeEntry(await this.#store.get(key), key));
    }
    return this.#state;
  }

  /**
   * Appends what `decide` makes of the newest state; where it answers undefined, nothing. `decide` is asked again after
   * a lost race, and may throw. Returns the state afterwards.
   */
  async append(decide: (state: LogState) => LogEntry | undefined): Promise<LogState> {
    for (;;) {
      const state = await this.read();
      const entry = decide(state);
      if (entry === undefined) return state;
      const key = outputLayout.logEntry(state.entries + 1);
      if ((await this.#store.putIfAbsent(key, encodeJson(entry))) === "created") {
        this.#add(key, entry);
        return this.#state;
      }
    }
  }

  #add(key: string, entry: LogEntry): void {
    // Another reader of the same log was faster.
    if (key !== outputLayout.logEntry(this.#state.entries + 1)) return;
    this.#state = foldEntry(this.#state, entry);
    this.#entries.push(entry);
  }
}

function decodeEntry(bytes: Uint8Array, key: string): LogEntry {
  const result = logEntry.safeParse(parseJson(bytes));
  if (result.success) return result.data;
  throw new PomonaError("unreadable-log", `${key} is no log entry that this version reads`, {
    remedy: "A newer Pomona worked on this output: use that version.",
  });
}
