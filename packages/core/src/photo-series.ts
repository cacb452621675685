/** A name whose last number counts the frames of a series: `r0_19.jpg` is a frame of `r0_`. */
const numbered = /^(.*?)(\d+)$/;

/**
 * Names the series that each photo is a frame of; undefined where its name shows none. Frames of one thing, turned or
 * filmed, are near-duplicates: a classifier must not be tested with the neighbours of what it was trained with.
 *
 * The series of `apples/r0_19.jpg` is `apples/r0_`. A number that all photos of a folder end with (`r0_19_100.jpg`,
 * `r0_23_100.jpg`, their size, say) is none of a frame and is left out first; names that are a number only show none.
 */
export function photoSeries(keys: readonly string[]): (string | undefined)[] {
  const stems = keys.map((key) => {
    const slash = key.lastIndexOf("/") + 1;
    return { folder: key.slice(0, slash), name: key.slice(slash).replace(/\.[^.]*$/, "") };
  });
  const common = commonEndings(stems);
  return stems.map(({ folder, name }) => {
    const ending = common.get(folder) ?? "";
    const [, prefix = ""] = numbered.exec(name.slice(0, name.length - ending.length)) ?? [];
    return prefix === "" ? undefined : `${folder}${prefix}${ending}`;
  });
}

interface Stem {
  readonly folder: string;
  readonly name: string;
}

/** Per folder with several photos the number that all their names end with, and what stands before it: `_100`. */
function commonEndings(stems: readonly Stem[]): Map<string, string> {
  const endings = new Map<string, { readonly text: string; readonly photos: number }>();
  for (const { folder, name } of stems) {
    const text = /\D\d+$/.exec(name)?.[0] ?? "";
    const known = endings.get(folder);
    endings.set(folder, {
      text: known === undefined || known.text === text ? text : "",
      photos: (known?.photos ?? 0) + 1,
    });
  }
  return new Map(Array.from(endings, ([folder, { text, photos }]) => [folder, photos > 1 ? text : ""]));
}
