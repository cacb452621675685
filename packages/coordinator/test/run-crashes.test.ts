import { decodeSuccess, RunLog } from "@pomona/core";
import { MemoryStore } from "@pomona/store";
import { describe, expect, test } from "vitest";
import { MortalStore } from "./mortal-store.ts";
import { keysOf, published, type Request, runAll, type Scene, stage } from "./scene.ts";

/** Every command that changes an output, each with what must have happened before. */
const commands: Record<string, { before: Request[]; request: Request }> = {
  "a first run": { before: [], request: {} },
  "a refit": { before: [{}], request: { refit: true, config: { components: 3 } } },
  "another CSV": { before: [{}], request: { config: { csv: "full" } } },
  "another CSV after a refit that failed": {
    before: [{}, { refit: true, config: { components: 50 } }],
    request: { config: { csv: "full" } },
  },
  "an overwrite": { before: [{}], request: { overwrite: true, config: { batchSize: 5 } } },
};

async function copyOf({ home, input, out }: Scene): Promise<Scene> {
  const copy = async (store: Scene["out"]) => {
    const other = new MemoryStore();
    for (const key of await keysOf(store)) await other.put(key, await store.get(key));
    return other;
  };
  return { home: await copy(home), input, out: await copy(out) };
}

describe.each(Object.entries(commands))("%s", (_, { before, request }) => {
  test("killed before any write, and given again, ends in the same result", async () => {
    const start = await stage({ count: 11, badEvery: 5 });
    for (const earlier of before) {
      await runAll(start, earlier).catch(({ code }) => expect(code).toBe("too-many-components"));
    }
    const whole = await copyOf(start);
    const counter = new MortalStore(whole.out);
    await runAll({ ...whole, out: counter }, request);
    const expected = await published(whole);
    expect(counter.writes).toBeGreaterThan(8);

    for (let lives = 0; lives < counter.writes; lives++) {
      const scene = await copyOf(start);
      const out = new MortalStore(scene.out, lives);
      await expect(runAll({ ...scene, out }, request)).rejects.toThrow("the process is dead");
      const result = await scene.out.get("_SUCCESS").catch(() => undefined);
      // A result that says it is one is one: every part that it names is there.
      if (result !== undefined) {
        const files = await published(scene);
        for (const { key, bytes } of decodeSuccess(result)?.parts ?? []) expect(files[key]).toHaveLength(bytes);
      }
      // Overwriting is not repeated once a new run has begun: that is the run to go on with.
      const { status, run } = await new RunLog(scene.out).read();
      const begun = request.overwrite && status !== "deleting" && run !== (await new RunLog(start.out).read()).run;
      await runAll(scene, begun ? { ...request, overwrite: false } : request);
      expect(await published(scene), `killed before write ${lives + 1}`).toEqual(expected);
      expect(decodeSuccess(await scene.out.get("_SUCCESS"))?.books).toMatchObject({ listed: 11, quarantined: 3 });
      expect(await runAll(scene, { ...request, overwrite: false })).toBe("finished");
      expect((await new RunLog(scene.out).read()).status).toBe("done");
    }
  });
});
