import { expect, test } from "vitest";
import { ProgressStream } from "../../src/library/progress-stream.ts";

async function collect(stream: ProgressStream<number>, onState: (state: number) => void = () => {}): Promise<number[]> {
  const states: number[] = [];
  for await (const state of stream) {
    states.push(state);
    onState(state);
  }
  return states;
}

test("who is fast sees every state, who is slow the newest, and both the last", async () => {
  const stream = new ProgressStream<number>();
  const all = collect(stream);
  for (const state of [1, 2, 3]) {
    stream.push(state);
    await new Promise(setImmediate);
  }
  stream.push(4);
  stream.push(5);
  stream.end();
  expect(await all).toEqual([1, 2, 3, 5]);
  expect(await collect(stream)).toEqual([5]);
});

test("what comes while a state is looked at is not lost", async () => {
  const stream = new ProgressStream<number>();
  stream.push(1);
  const states = collect(stream, (state) => {
    if (state === 1) stream.push(2);
    else stream.end();
  });
  expect(await states).toEqual([1, 2]);
});

test("a failure ends it for everybody, after the last state", async () => {
  const stream = new ProgressStream<number>();
  const seen: number[] = [];
  stream.push(1);
  stream.end({ error: new Error("no disk") });
  await expect(collect(stream, (state) => seen.push(state))).rejects.toThrow("no disk");
  expect(seen).toEqual([1]);
});
