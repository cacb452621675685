import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pomona-stages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (code: string): string[] => [process.execPath, "-e", code];
const counted = (counts: object, code = 0): string[] =>
  node(
    `fs.appendFileSync(process.env.TEST_TALLY, ${JSON.stringify(`${JSON.stringify(counts)}\n`)}); process.exit(${code})`,
  );

function run(stages: readonly object[], { ci = "false", missing = [] as readonly string[] } = {}) {
  const code = `import { runStages } from ${JSON.stringify(here("../run/stages.mjs"))};
    process.exitCode = await runStages(${JSON.stringify(stages)}, { missing: ${JSON.stringify(missing)} });`;
  const { TEST_TALLY: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
    env: { ...env, CI: ci },
  });
  return { status, lines: stdout.trim().split("\n") };
}

test("tests are summed over stages, a stage without tests is one, and seconds are shown", () => {
  const { status, lines } = run([
    { name: "build", command: node("") },
    { name: "unit", command: counted({ passed: 40, failed: 0, skipped: 0 }) },
    {
      name: "twice",
      command: ["sh", "-c", "echo '{\"passed\":1}' >>$TEST_TALLY; echo '{\"passed\":2}' >>$TEST_TALLY"],
    },
  ]);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe("44 passed, 0 failed");
  expect(lines).toContainEqual(expect.stringMatching(/^ +\d+ s {2}unit: 40 passed, 0 failed$/));
});

test("what follows a failure is run, and the whole fails", () => {
  const { status, lines } = run([
    { name: "unit", command: counted({ passed: 3, failed: 2 }, 1) },
    { name: "crash", command: counted({ passed: 5 }, 1) },
    { name: "no such program", command: [join(folder, "nothing")] },
    { name: "last", command: node("") },
  ]);
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe("9 passed, 4 failed");
});

test("nothing follows a base that failed", () => {
  const { status, lines } = run([
    { name: "npm ci", command: node("process.exit(1)"), isBase: true },
    { name: "unit", command: counted({ passed: 3 }) },
  ]);
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe("0 passed, 1 failed");
});

test("what is skipped in any stage is a failure where CI=true, and said elsewhere", () => {
  const stages = [
    { name: "unit", command: counted({ passed: 3 }) },
    { name: "k8s", command: counted({ passed: 1, skipped: 2 }) },
  ];
  const atHome = run(stages, { missing: ["tests of the pool"] });
  expect(atHome).toMatchObject({
    status: 0,
    lines: expect.arrayContaining(["2 skipped", "SKIPPED: tests of the pool"]),
  });
  expect(atHome.lines.at(-1)).toBe("4 passed, 0 failed");
  const inCi = run(stages, { ci: "true" });
  expect(inCi.status).toBe(1);
  expect(inCi.lines.at(-1)).toBe("4 passed, 2 failed");
  expect(run([{ name: "unit", command: counted({ passed: 3 }) }], { ci: "true", missing: ["S3"] }).status).toBe(1);
});

test("stages of stages count once, by their own figures", () => {
  const inner = `import { runStages } from ${JSON.stringify(here("../run/stages.mjs"))};
    process.exitCode = await runStages(${JSON.stringify([{ name: "unit", command: counted({ passed: 7, failed: 1 }, 1) }])});`;
  const { lines } = run([
    { name: "check", command: [process.execPath, "--input-type=module", "-e", inner] },
    { name: "bench", command: node("") },
  ]);
  expect(lines.at(-1)).toBe("8 passed, 1 failed");
});

test("vitest counts tests, files that cannot be loaded, and hooks that throw", () => {
  const files = {
    "good.test.mjs": 'test("a", () => {}); test("b", () => expect(1).toBe(2)); test.skip("c", () => {});',
    "unloadable.test.mjs": 'throw new Error("no")',
    "hook.test.mjs": 'describe("s", () => { beforeAll(() => { throw new Error("no") }); test("d", () => {}); });',
  };
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  const vitest = here("../../node_modules/vitest/vitest.mjs");
  const reporter = here("../run/tally-reporter.mjs");
  const command = [process.execPath, vitest, "run", "--root", folder, "--globals", "--reporter", reporter];
  const { status, lines } = run([{ name: "unit", command }]);
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe("1 passed, 3 failed");
  expect(lines).toContain("2 skipped");
});
