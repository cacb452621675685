import { BooksError, flagOf } from "@pomona/core";

/** Fewer bad images than this never fail a run, however small it is. */
const tolerated = 10;

/** Throws {@link BooksError} `too-many-quarantined` when at least 10 images, and more than their allowed share, are bad. */
export function judgeQuarantine(quarantined: number, listed: number, maxShare: number): void {
  if (quarantined < tolerated || quarantined <= maxShare * listed) return;
  const percent = (share: number): string => `${Number((share * 100).toPrecision(3))}%`;
  throw new BooksError(
    "too-many-quarantined",
    `${quarantined} of ${listed} images are unreadable (${percent(quarantined / listed)}), the limit is ${percent(maxShare)}`,
    {
      remedy: `Look at the images, or run the same command with ${flagOf("maxQuarantine")} above ${percent(quarantined / listed)}: nothing is decoded again.`,
    },
  );
}
