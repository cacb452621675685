import { addToTally } from "./tally.mjs";

/** Adds what vitest counted to the tally: tests, and as failures what failed outside of a test. */
export default class TallyReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === "pending" ? "skipped" : state] += 1;
      }
      // A file that cannot be loaded, a hook that throws.
      const places = [module, ...module.children.allSuites()];
      counts.failed += places.filter((place) => place.errors().length > 0).length;
    }
    addToTally(counts);
  }
}
