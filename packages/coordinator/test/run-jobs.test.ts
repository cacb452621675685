import { type FeaturesJob, type Job, type JobContext, type JobResult, PomonaError, QueueAwayError } from "@pomona/core";
import { EmbeddedQueue } from "@pomona/queue";
import { afterEach, describe, expect, test } from "vitest";
import { RunGate } from "../src/run-gate.ts";
import { type RunJobsOptions, runJobs } from "../src/run-jobs.ts";

const result: JobResult = { rows: 1, quarantined: 0, decoded: 1 };
const job = (batch: number, id = `j${batch}`): FeaturesJob => ({
  kind: "features",
  id,
  run: "r",
  batch,
  priority: batch,
});
const jobs = (n: number) => Array.from({ length: n }, (_, i) => job(i));
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

let queue = new EmbeddedQueue();
afterEach(async () => {
  await queue.close();
  queue = new EmbeddedQueue();
});

function consume(handler: (job: FeaturesJob, context: JobContext) => Promise<JobResult>, concurrency = 2) {
  return queue.consume("features", (any: Job, context) => handler(any as FeaturesJob, context), { concurrency });
}

function passing(options: Partial<RunJobsOptions<FeaturesJob>>): Promise<void> {
  return runJobs({ queue, name: "features", jobs: () => jobs(6), window: () => 4, onResult: () => {}, ...options });
}

describe("runJobs", () => {
  test("ends when every job has ended, with its result told once", async () => {
    consume(async () => result);
    const seen: number[] = [];
    await passing({ jobs: () => jobs(50), onResult: ({ batch }) => void seen.push(batch) });
    expect(seen.sort((a, b) => a - b)).toEqual(jobs(50).map(({ batch }) => batch));
  });

  test("pulls no job while the window is full", async () => {
    let pulled = 0;
    let ended = 0;
    let widest = 0;
    consume(async () => {
      await turn();
      ended += 1;
      return result;
    });
    function* counted() {
      for (const each of jobs(30)) {
        pulled += 1;
        widest = Math.max(widest, pulled - ended);
        yield each;
      }
    }
    await passing({ jobs: counted, window: () => 3 });
    // One more is in hand: it was pulled and waits for its place.
    expect(widest).toBe(4);
  });

  test("lowers the priorities of what waits, and of what is pulled by then, when time is set back", async () => {
    const done: string[] = [];
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    consume(async ({ id }) => {
      await opened;
      done.push(id);
      return result;
    }, 1);
    let setBack = (_: number): void => {};
    const turns = {
      onSetBack(listener: (ticks: number) => void) {
        setBack = listener;
        return () => {};
      },
    };
    const passed = passing({ jobs: () => jobs(5).map((each) => ({ ...each, priority: 1000 + each.batch })), turns });
    await turn();
    setBack(1000);
    await turn();
    // Of another run, which is at tick 3 by now.
    await queue.add("features", [{ ...job(9, "other"), run: "s", priority: 2.5 }]);
    open();
    await passed;
    expect(done).toEqual(["j0", "j1", "j2", "other", "j3", "j4"]);
  });

  test("of jobs that are not its own takes no notice", async () => {
    consume(async () => result);
    const seen: string[] = [];
    const passed = passing({ jobs: () => [job(1)], onResult: ({ id }) => void seen.push(id) });
    await queue.add("features", [job(9, "other")]);
    await passed;
    expect(seen).toEqual(["j1"]);
  });

  test("throws the first failure, withdraws what waits, waits for what runs", async () => {
    const finished: number[] = [];
    consume(async ({ batch }) => {
      if (batch === 0) throw new PomonaError("weights-not-found", "no weights", { remedy: "get them" });
      await turn();
      finished.push(batch);
      return result;
    });
    const failure = { code: "weights-not-found", message: "no weights", remedy: "get them", exitCode: 2 };
    await expect(passing({})).rejects.toMatchObject(failure);
    expect(await queue.counts("features")).toEqual({ waiting: 0, active: 0 });
    expect(finished).toEqual([1]);
  });

  test("tries again what onFailure gives instead", async () => {
    consume(async ({ id }) => {
      if (id === "j2") throw new Error("once");
      return result;
    });
    const seen: string[] = [];
    await passing({
      onResult: ({ id }) => void seen.push(id),
      onFailure: ({ batch }) => job(batch, `j${batch}-again`),
    });
    expect(seen.sort()).toEqual(["j0", "j1", "j2-again", "j3", "j4", "j5"]);
  });

  test.each(["onResult", "onFailure"] as const)("ends with what %s throws", async (callback) => {
    const thrown = new Error("too much");
    consume(async () => {
      if (callback === "onFailure") throw new Error("failed");
      return result;
    });
    const options = {
      [callback]: () => {
        throw thrown;
      },
    };
    await expect(passing(options)).rejects.toBe(thrown);
    expect(await queue.counts("features")).toEqual({ waiting: 0, active: 0 });
  });

  test("aborted, finishes what runs and throws the reason", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    let finished = 0;
    consume(async () => {
      stop.abort(reason);
      await turn();
      finished += 1;
      return result;
    });
    await expect(passing({ jobs: () => jobs(100), signal: stop.signal })).rejects.toBe(reason);
    expect(finished).toBeLessThanOrEqual(2);
    await expect(passing({ signal: stop.signal })).rejects.toBe(reason);
  });

  test("aborted where the job added last is the one that runs, waits for no other", async () => {
    const stop = new AbortController();
    let finished: string[] = [];
    consume(async ({ id }) => {
      stop.abort(new Error("stopped"));
      await turn();
      finished = [...finished, id];
      return result;
    }, 1);
    const late = { ...job(0, "waits"), priority: 9 };
    const passed = passing({ jobs: () => [late, job(1, "runs")], window: () => 2, signal: stop.signal });
    await expect(passed).rejects.toThrow("stopped");
    expect(finished).toEqual(["runs"]);
  });

  test("ends a source that waits when something fails", async () => {
    consume(async () => {
      throw new Error("failed");
    });
    let ended = false;
    async function* waiting(stop: AbortSignal) {
      yield job(0);
      await new Promise((resolve) => stop.addEventListener("abort", resolve));
      ended = true;
    }
    await expect(passing({ jobs: waiting })).rejects.toMatchObject({ code: "unexpected", exitCode: 1 });
    expect(ended).toBe(true);
  });

  test("throws what the source throws, after the jobs in flight", async () => {
    let finished = false;
    consume(async () => {
      await turn();
      finished = true;
      return result;
    });
    async function* broken() {
      yield job(0);
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      throw new Error("no listing");
    }
    await expect(passing({ jobs: broken })).rejects.toThrow("no listing");
    expect(finished).toBe(true);
  });

  test("does not wait for a job that the queue refused", async () => {
    queue.add = async () => {
      throw new Error("no queue");
    };
    await expect(passing({})).rejects.toThrow("no queue");
  });

  test("tells the first failure, not that the queue cannot withdraw", async () => {
    consume(async () => {
      throw new Error("first");
    });
    queue.removeWaiting = async () => {
      throw new Error("second");
    };
    await expect(passing({})).rejects.toThrow("first");
  });
});

/** A queue that forgets what waits in it when told to, as an emptied Redis does. */
class ForgetfulQueue extends EmbeddedQueue {
  #listeners = new Set<(reason: string) => void>();
  override onInterrupted(listener: (reason: string) => void = () => {}): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  async forget({ saysSo }: { saysSo: boolean }): Promise<void> {
    await this.removeWaiting("features", "r");
    if (saysSo) for (const listener of this.#listeners) listener("emptied");
  }
}

describe("runJobs over a queue that loses jobs", () => {
  test.each([
    { saysSo: true, silenceMs: 60_000 },
    { saysSo: false, silenceMs: 50 },
  ])("adds them again: %o", async ({ saysSo, silenceMs }) => {
    const forgetful = new ForgetfulQueue();
    const done: number[] = [];
    const passed = passing({
      queue: forgetful,
      silenceMs,
      jobs: () => jobs(8),
      onResult: ({ batch }) => void done.push(batch),
    });
    await turn();
    await forgetful.forget({ saysSo });
    forgetful.consume("features", async () => result, { concurrency: 1 });
    await passed;
    expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await forgetful.close();
  });

  test("waits for a queue that is away", async () => {
    const away = new (class extends ForgetfulQueue {
      refusals = 2;
      override async add(...parameters: Parameters<EmbeddedQueue["add"]>): Promise<void> {
        if (this.refusals-- > 0) throw new QueueAwayError("redis-unreachable", "away");
        return super.add(...parameters);
      }
    })();
    away.consume("features", async () => result, { concurrency: 1 });
    const done: number[] = [];
    await passing({ queue: away, silenceMs: 20, jobs: () => jobs(3), onResult: ({ batch }) => void done.push(batch) });
    expect(done.sort()).toEqual([0, 1, 2]);
    await away.close();
  });
});

describe("runJobs with a gate", () => {
  test("hands out nothing while it is closed, and everything afterwards", async () => {
    const gate = new RunGate();
    const done: number[] = [];
    const passed = passing({ gate, jobs: () => jobs(6), onResult: ({ batch }) => void done.push(batch) });
    await turn();
    expect((await queue.counts("features")).waiting).toBe(4);
    gate.set(false);
    await turn();
    expect((await queue.counts("features")).waiting).toBe(0);
    consume(async () => result);
    await turn();
    expect(done).toEqual([]);
    gate.set(true);
    await passed;
    expect(done.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("can be stopped while it is closed", async () => {
    const gate = new RunGate();
    const stop = new AbortController();
    const passed = passing({ gate, signal: stop.signal });
    await turn();
    gate.set(false);
    await turn();
    stop.abort(new Error("cancelled"));
    await expect(passed).rejects.toThrow("cancelled");
  });
});
