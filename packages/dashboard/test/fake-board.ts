import {
  encodeJson,
  homeLayout,
  type LogEntry,
  makeRunId,
  type ObjectStore,
  outputLayout,
  protocol,
  runLayout,
  type Success,
} from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { onTestFinished } from "vitest";
import { Board } from "../src/board.ts";
import { createApp } from "../src/create-app.ts";
import type { DashboardOptions } from "../src/dashboard-options.ts";
import { hashPassword } from "../src/password-hash.ts";
import { parseUsers } from "../src/users.ts";

export const password = "correct horse battery";
const hash = hashPassword(password);
const at = "2026-01-01T12:00:00.000Z";

/** A home in memory, whose runs have outputs in memory. */
export class FakeHome {
  readonly store = new MemoryStore();
  readonly places = new Map<string, ObjectStore>();
  #runs = 0;

  /** A run with these entries in its log, and a quarantine of these keys. */
  async add(entries: readonly LogEntry["kind"][], quarantined: readonly string[] = []): Promise<string> {
    this.#runs += 1;
    const run = makeRunId(new Date(Date.UTC(2026, 0, 1, 0, 0, this.#runs)), Buffer.from("abcdef"));
    const out = new MemoryStore();
    const place = `memory:///out-${this.#runs}/`;
    const input = "memory:///photos/";
    this.places.set(place, out);
    const record = { name: "pomona.run-record", version: 1, run, out: place, submittedBy: "alice", at };
    await this.store.put(homeLayout.run(run), encodeJson(record));
    const features = {
      glob: "**/*",
      sortKeys: false,
      batchSize: 16,
      maxPixels: 1e6,
      maxBytes: 1e6,
      resampler: "pillow",
    };
    const more = { filter: "bicubic", exifRotate: false, engine: "auto", mixedEngines: false };
    const file = {
      name: "pomona.run",
      version: 1,
      protocol,
      run,
      input,
      features: { ...features, ...more },
      pomona: "0",
      at,
    };
    await out.put(runLayout(run).config, encodeJson(file));
    for (const [i, kind] of entries.entries()) {
      await out.put(outputLayout.logEntry(i + 1), encodeJson(entryOf(kind, run)));
    }
    if (entries.at(-1) === "done") await this.#finish(out, run, input, quarantined);
    return run;
  }

  /** Telemetry of the run that was added `nth`. */
  async tell(nth: number, run: string, told: object): Promise<void> {
    const base = { name: "pomona.telemetry", version: 1, at, listed: 0, quarantined: 0, decoded: 0, stages: {} };
    const minute = Math.floor(Date.parse(at) / 60_000);
    const out = this.places.get(`memory:///out-${nth + 1}/`);
    await out?.put(runLayout(run).telemetryMinute(minute), encodeJson({ ...base, ...told }));
  }

  async #finish(out: MemoryStore, run: string, input: string, quarantined: readonly string[]): Promise<void> {
    const lines = quarantined.map((key) => `"${input}${key.replaceAll('"', '""')}",label,decode,truncated,half of it`);
    await out.put(outputLayout.quarantine, Buffer.from(["path,label,stage,reason,detail", ...lines, ""].join("\n")));
    const listed = 300;
    const success: Success = {
      name: "pomona.success",
      version: 1,
      run,
      generation: 1,
      input,
      listedAt: at,
      finishedAt: "2026-01-01T12:01:00.000Z",
      books: {
        listed,
        featurized: listed - quarantined.length,
        quarantined: quarantined.length,
        missing: 0,
        duplicates: 0,
      },
      quarantinedByReason: quarantined.length === 0 ? {} : { truncated: quarantined.length },
      labels: { label: listed - quarantined.length },
      parts: [],
      model: { dimension: 1280, components: 2, explainedVariance: [0.5, 0.25], constantColumns: 0, warnings: [] },
      csv: "compact",
      fingerprint: {},
      untrained: false,
      seconds: {},
      stages: {},
      versions: {},
    };
    await out.put(outputLayout.success, encodeJson(success));
  }
}

function entryOf(kind: LogEntry["kind"], run: string): object {
  if (kind === "open") return { kind, at, run, epoch: 1 };
  if (kind === "failed") return { kind, at, failure: { code: "x", message: "it <b>broke</b>", exitCode: 1 } };
  return kind === "done" || kind === "publishing" ? { kind, at, generation: 1 } : { kind, at, by: "alice" };
}

/** What was asked of the pool, in order. */
export type Asked = readonly [what: string, ...details: unknown[]];

/** The dashboard over a home in memory, without Redis; requests are injected. */
export async function openDashboard(home: FakeHome, options: Partial<DashboardOptions> = {}) {
  const asked: Asked[] = [];
  const all: DashboardOptions = {
    host: "127.0.0.1",
    port: 0,
    publicUrl: undefined,
    users: parseUsers(`alice:operator:${await hash}\nbob:viewer:${await hash}`, "test"),
    proxyIdentity: undefined,
    readOnly: false,
    redis: undefined,
    home: home.store.uri,
    async openStore(uri, what) {
      if (what === "home") return home.store;
      return home.places.get(uri) ?? new MemoryStore();
    },
    operations: () => ({
      async operate(...details) {
        asked.push(["operate", ...details]);
        return { changed: true };
      },
      async retry(...details) {
        asked.push(["retry", ...details]);
        return { changed: true };
      },
      async submit(...details) {
        asked.push(["submit", ...details]);
        return { run: "20260101-120000-aaaaaa", outcome: "submitted" };
      },
    }),
    allowed: ["memory:///"],
    onNotice: () => {},
    onFault: (error) => {
      throw error;
    },
    ...options,
  };
  const board = new Board(all);
  const app = await createApp(all, board);
  onTestFinished(async () => {
    await app.close();
    await board.close();
  });
  const headers = { host: "127.0.0.1" };
  return {
    app,
    asked,
    /** Logs in; answers what requests of this person carry. */
    async logIn(name: string) {
      const answer = await app.inject({
        method: "POST",
        url: "/login",
        headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
        payload: String(new URLSearchParams({ name, password })),
      });
      const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
      const page = await app.inject({ url: "/", headers: { ...headers, cookie } });
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? "";
      return { ...headers, cookie, "x-csrf-token": csrf };
    },
    headers,
  };
}
