import { PassThrough } from "node:stream";
import type { RunProgress } from "@pomona/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createProgressView } from "../src/progress-view.ts";

const progress: RunProgress = {
  phase: "featurizing",
  done: 0,
  total: undefined,
  listed: 10,
  quarantined: 0,
  pendingBatches: 0,
  resumed: 0,
};

/** A stream that remembers, as a terminal or not. */
function fakeStream(isTTY: boolean) {
  const stream = new PassThrough() as PassThrough & { isTTY: boolean; columns: number };
  Object.assign(stream, { isTTY, columns: 120 });
  let text = "";
  stream.on("data", (piece) => (text += piece));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("progress without a terminal", () => {
  it("is silent for a run that is over at once, then a line every two seconds", () => {
    const { stream, text } = fakeStream(false);
    const view = createProgressView(stream, { plain: false });
    view.show(progress);
    expect(text()).toBe("");
    vi.advanceTimersByTime(2_000);
    view.show({ ...progress, done: 4, listed: 300 });
    expect(text()).toBe("featurizing 4/300+ images, 2 images/s, ETA –\n");
    vi.advanceTimersByTime(1_000);
    view.show({ ...progress, done: 5, listed: 300 });
    vi.advanceTimersByTime(1_000);
    view.show({ ...progress, done: 8, listed: 300, total: 308, quarantined: 3 });
    view.close();
    expect(text().split("\n")[1]).toBe("featurizing 8/308 images, 2 images/s, ETA 2 min 30 s, 3 quarantined");
    expect(text().split("\n")).toHaveLength(3);
  });

  it("does not count resumed images as speed", () => {
    const { stream, text } = fakeStream(true);
    const view = createProgressView(stream, { plain: true });
    view.show(progress);
    vi.advanceTimersByTime(2_000);
    view.show({ ...progress, done: 102, resumed: 100, listed: 200, total: 200 });
    expect(text()).toContain("102/200 images, 1 images/s, ETA 1 min 38 s");
  });
});

describe("progress on a terminal", () => {
  it("is a bar for each phase, left at its end", () => {
    const { stream, text } = fakeStream(true);
    const view = createProgressView(stream, { plain: false });
    view.show(progress);
    vi.advanceTimersByTime(1_000);
    view.show({ ...progress, done: 10, total: 10, quarantined: 2 });
    view.show({ ...progress, phase: "moments", done: 0, total: 2 });
    view.show({ ...progress, phase: "moments", done: 2, total: 2 });
    view.close();
    view.close();
    expect(text()).toMatch(/featurizing █{28} 100% 10\/10 images {2}10 images\/s .*2 quarantined/);
    expect(text()).toMatch(/moments {4} █{28} 100% 2\/2 groups/);
    expect(vi.getTimerCount()).toBe(0);
  });
});
