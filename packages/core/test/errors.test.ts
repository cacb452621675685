import { expect, test } from "vitest";
import { BooksError, PomonaError, UsageError } from "../src/errors.ts";

test("the kind of error decides the exit code", () => {
  const cause = new Error("low");
  const error = new PomonaError("c", "m", { remedy: "r", cause });
  expect(error).toMatchObject({ code: "c", message: "m", remedy: "r", cause, exitCode: 1, name: "PomonaError" });
  expect(new UsageError("c", "m")).toMatchObject({ exitCode: 2, name: "UsageError", remedy: undefined });
  expect(new BooksError("c", "m")).toMatchObject({ exitCode: 3, name: "BooksError" });
  expect(new UsageError("c", "m")).toBeInstanceOf(PomonaError);
});
