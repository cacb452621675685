import { describe, expect, it } from "vitest";
import { ListingPace } from "../src/listing-pace.ts";

/** A machine whose clocks the test turns on. */
function machine(cores: number) {
  const total = { cores, idle: 0, busy: 0 };
  let own = 0;
  const rests: number[] = [];
  const pace = new ListingPace({
    coreTimes: () => ({ ...total }),
    ownTime: () => own,
    rest: async (ms) => void rests.push(ms),
  });
  return {
    rests,
    /** So many milliseconds of listing, beside what others take. */
    async list(ms: number, others: number) {
      own += ms;
      total.busy += ms + others;
      total.idle += Math.max(0, cores * ms - ms - others);
      await pace.yield();
    },
  };
}

describe("ListingPace", () => {
  it("rests twice as long as it worked where others take all that it leaves", async () => {
    const { rests, list } = machine(2);
    await list(100, 100);
    await list(25, 25);
    expect(rests).toEqual([200, 50]);
  });

  it.each([
    { where: "where a core idles", cores: 4, others: 200 },
    { where: "alone on a machine of one core", cores: 1, others: 0 },
    { where: "on a machine that does not tell of its cores", cores: 0, others: 0 },
  ])("does not rest $where", async ({ cores, others }) => {
    const { rests, list } = machine(cores);
    for (let i = 0; i < 10; i++) await list(100, others);
    expect(rests).toEqual([]);
  });

  it("goes on at once when the others have ended", async () => {
    const { rests, list } = machine(2);
    await list(100, 100);
    await list(100, 0);
    expect(rests).toEqual([200]);
  });

  it("works for a slice before it rests, and rests for a moment only", async () => {
    const { rests, list } = machine(2);
    await list(2000, 2000);
    await list(5, 5);
    await list(5, 5);
    expect(rests).toEqual([250]);
  });
});
