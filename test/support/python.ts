import { execFileSync } from "node:child_process";

/** A Python with numpy, pyarrow, Polars and scikit-learn, made by `npm run check`. */
export const testPython: string = process.env.TEST_PYTHON ?? "python3";

/** Whether these modules can be imported. */
export function pythonHas(...modules: readonly string[]): boolean {
  try {
    execFileSync(testPython, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What the program prints, as JSON. NaN and infinities are no JSON and fail here. */
export function runPython<T>(program: string, ...parameters: readonly string[]): T {
  const text = execFileSync(testPython, ["-c", program, ...parameters], { encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(text) as T;
}
