import { type Success, tableColumns } from "@pomona/core";
import type { Column } from "./validation.ts";

/** Wrong where names or types differ from what the documentation promises, or from the first part. */
export function columnFaults(columns: readonly Column[], first: readonly Column[], { model }: Success): string[] {
  const { dimension, components } = model;
  const expected: readonly Column[] = [
    { name: "path", type: "string" },
    { name: "label", type: "string" },
    { name: "features", type: `fixed_size_list<float>[${dimension}]` },
    { name: "scaledFeatures", type: `fixed_size_list<float>[${dimension}]` },
    { name: "pcaFeatures", type: `fixed_size_list<double>[${components}]` },
  ];
  const faults = expected.flatMap(({ name, type }, i) => {
    const found = columns[i];
    if (found?.name === name && found.type === type) return [];
    return [`column ${i + 1} is ${found ? `${found.name} ${found.type}` : "missing"} instead of ${name} ${type}`];
  });
  const extra = columns.slice(expected.length);
  for (const { name } of extra) {
    if (!tableColumns.some((known) => known === name)) faults.push(`${name} is no column of ours`);
  }
  const same = columns.map(({ name }) => name).join() === first.map(({ name }) => name).join();
  return same ? faults : [...faults, "its columns are not those of the first part"];
}
