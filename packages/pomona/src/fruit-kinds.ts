import { between, pick } from "./random-choice.ts";
import type { Noise } from "./value-noise.ts";

/** Red, green, blue, each 0 to 1. */
export type Colour = readonly [number, number, number];

/**
 * Where a point lies on a fruit. Units are those of the fruit: its body is about 1 in radius, u goes right, v down, the
 * stem is up.
 */
export interface Position {
  /** 0 in the middle, 1 on the outline, more outside. */
  readonly t: number;
  /** Distance from the middle to the outline through this point. */
  readonly reach: number;
  /** Unit vector from the middle to the outline. */
  readonly u: number;
  readonly v: number;
}

/** One fruit, with what chance made of it. */
export interface Fruit {
  position(u: number, v: number): Position;
  skin(u: number, v: number, t: number): Colour;
  /** What is drawn over the body; undefined where nothing is. */
  stalk(u: number, v: number): Colour | undefined;
  /** Strength of the highlight, 0 to 1. */
  readonly gloss: number;
  /** The fruit lies turned by up to so many radians. */
  readonly turn: number;
  /** How far below its middle its shadow is. */
  readonly drop: number;
}

/** No part of a fruit is farther from its middle. */
export const fruitRadius = 1.6;

type Grow = (random: () => number, noise: Noise) => Fruit;

const brown: Colour = [0.36, 0.24, 0.12];
const leafGreen: Colour = [0.25, 0.52, 0.16];

/** Classes of the drawings, in the order of their names. */
export const fruitKinds: Readonly<Record<string, Grow>> = {
  apple: (random, noise) => {
    const ripe = pick<Colour>(random, [
      [0.78, 0.1, 0.12],
      [0.66, 0.06, 0.1],
      [0.84, 0.2, 0.14],
    ]);
    const green: Colour = [0.82, 0.74, 0.28];
    const cheek = between(random, -0.6, 0.6);
    const hasLeaf = random() < 0.6;
    return {
      position: byOutline((a) => 1 - 0.2 * bell(a, 0, 0.36) + 0.05 * bell(a, 0.95, 0.5) - 0.07 * bell(a, Math.PI, 0.4)),
      skin(u, v, t) {
        const streak = noise(Math.atan2(u, v + 2.4) * 40, v * 2) - 0.5;
        const top = 0.55 * Math.exp(-((u / 0.35) ** 2) - ((v + 0.85) / 0.3) ** 2);
        const sunless = 0.45 * smoothStep(0.2, 1.1, Math.abs(u - cheek));
        return shade(mix(ripe, green, clamp(top + sunless * (0.6 + streak) + streak * 0.25)), 1 - 0.08 * t);
      },
      stalk: (u, v) =>
        rod(u, v, [0.02, -0.78, 0.1, -1.25, 0.055])
          ? brown
          : hasLeaf && leaf(u, v, 0.36, -1.12)
            ? leafGreen
            : undefined,
      gloss: 0.55,
      turn: 0.5,
      drop: 0.75,
    };
  },
  banana: (random, noise) => {
    const ripe: Colour = pick<Colour>(random, [
      [0.95, 0.8, 0.18],
      [0.92, 0.76, 0.24],
      [0.88, 0.82, 0.25],
    ]);
    const half = between(random, 0.85, 1.05);
    const thick = between(random, 0.27, 0.33);
    const spots = between(random, 0, 0.5);
    return {
      position: alongArc({ radius: 1.25, half, thick }),
      skin(u, v) {
        const along = Math.abs(Math.atan2(u, v + 0.95)) / half;
        const across = Math.hypot(u, v + 0.95) - 1.25;
        const edge = 0.16 * Math.exp(-(((across + 0.04) / 0.03) ** 2));
        const freckle = noise(u * 14, v * 14) > 0.93 - spots * 0.2 ? 0.45 : 0;
        const body = mix(ripe, brown, edge + freckle);
        return mix(
          mix(body, leafGreen, 0.35 * smoothStep(0.7, 0.95, along)),
          [0.2, 0.14, 0.08],
          smoothStep(0.93, 0.98, along),
        );
      },
      stalk: () => undefined,
      gloss: 0.2,
      turn: Math.PI,
      drop: 0.4,
    };
  },
  orange: (random, noise) => {
    const peel = pick<Colour>(random, [
      [0.96, 0.55, 0.08],
      [0.97, 0.48, 0.06],
      [0.93, 0.6, 0.12],
    ]);
    const eyeU = between(random, -0.35, 0.35);
    const eyeV = between(random, -0.6, -0.2);
    return {
      position: byOutline((a) => 0.96 + 0.015 * Math.cos(2 * a)),
      skin(u, v, t) {
        // Pores shrink towards the outline, as the peel turns away.
        const bend = 1 + t * t * 0.6;
        const pore = noise(u * 22 * bend, v * 22 * bend);
        return shade(peel, 0.86 + 0.22 * pore);
      },
      stalk(u, v) {
        const x = u - eyeU;
        const y = v - eyeV;
        const petals = 0.085 + 0.03 * Math.cos(5 * Math.atan2(y, x));
        return Math.hypot(x, y) < petals ? [0.4, 0.48, 0.16] : undefined;
      },
      gloss: 0.35,
      turn: 1.2,
      drop: 0.75,
    };
  },
  pear: (random, noise) => {
    const peel = pick<Colour>(random, [
      [0.72, 0.76, 0.24],
      [0.62, 0.72, 0.24],
      [0.78, 0.74, 0.3],
    ]);
    const neck = between(random, 0.36, 0.46);
    const blush = between(random, 0, 0.4);
    return {
      position: byOutline((a) => 0.8 + neck * bell(a, 0, 0.42) - 0.09 * bell(a, 0.82, 0.34) + 0.05 * bell(a, 2.2, 0.7)),
      skin(u, v, t) {
        const freckle = noise(u * 26, v * 26) > 0.86 ? 0.3 : 0;
        const red = blush * smoothStep(0, 0.8, u) * (0.6 + 0.4 * noise(u * 3, v * 3));
        return shade(mix(mix(peel, [0.78, 0.35, 0.18], red), brown, freckle), 1 - 0.06 * t);
      },
      stalk: (u, v) => (rod(u, v, [0, -1.05, 0.14, -1.5, 0.05]) ? brown : undefined),
      gloss: 0.3,
      turn: 0.6,
      drop: 0.75,
    };
  },
  plum: (random, noise) => {
    const peel = pick<Colour>(random, [
      [0.3, 0.12, 0.38],
      [0.22, 0.12, 0.4],
      [0.38, 0.1, 0.32],
    ]);
    const groove = between(random, 0.1, 0.4);
    const dust = between(random, 0.2, 0.5);
    return {
      position: byOutline((a) => 1 / Math.hypot(Math.sin(a) / 0.8, Math.cos(a) / 0.98)),
      skin(u, v) {
        const line = u - groove * (1 - v * v);
        const crease = 0.5 * Math.exp(-((line / 0.035) ** 2));
        const bloom = dust * smoothStep(0.35, 0.8, noise(u * 2.2 + 7, v * 2.2));
        return shade(mix(peel, [0.62, 0.62, 0.78], bloom), 1 - crease);
      },
      stalk: (u, v) => (rod(u, v, [0, -0.9, -0.06, -1.2, 0.045]) ? brown : undefined),
      gloss: 0.35,
      turn: 0.9,
      drop: 0.75,
    };
  },
};

/** A body that goes from its middle to `outline(a)`, where a is the angle from the stem, 0 to π. */
function byOutline(outline: (a: number) => number): Fruit["position"] {
  return (u, v) => {
    const distance = Math.hypot(u, v) || 1e-9;
    const reach = outline(Math.acos(clamp(-v / distance, -1)));
    return { t: distance / reach, reach, u: u / distance, v: v / distance };
  };
}

/** A body around an arc about (0, −0.95) that hangs down, `half` radians to either side, thinning to the ends. */
function alongArc({ radius, half, thick }: { radius: number; half: number; thick: number }): Fruit["position"] {
  return (u, v) => {
    const y = v + 0.95;
    const distance = Math.hypot(u, y) || 1e-9;
    const along = Math.abs(Math.atan2(u, y)) / half;
    const reach = thick * (1 - 0.72 * clamp(along) ** 3.2);
    const off = distance - radius;
    const side = off < 0 ? -1 : 1;
    const end = 1 + ((along - 1) * half * radius) / reach;
    return { t: Math.max(Math.abs(off) / reach, end), reach, u: (side * u) / distance, v: (side * y) / distance };
  };
}

/** Whether a point is within `width` of the line from (u0, v0) to (u1, v1). */
function rod(
  u: number,
  v: number,
  [u0, v0, u1, v1, width]: readonly [number, number, number, number, number],
): boolean {
  const along = clamp(((u - u0) * (u1 - u0) + (v - v0) * (v1 - v0)) / ((u1 - u0) ** 2 + (v1 - v0) ** 2));
  return Math.hypot(u - u0 - along * (u1 - u0), v - v0 - along * (v1 - v0)) < width;
}

/** Whether a point is inside a leaf that lies about (u0, v0). */
function leaf(u: number, v: number, u0: number, v0: number): boolean {
  const x = (u - u0) * 0.94 + (v - v0) * -0.34;
  const y = (u - u0) * 0.34 + (v - v0) * 0.94;
  return Math.abs(x) < 0.3 && Math.abs(y) < 0.13 * (1 - (x / 0.3) ** 2);
}

/** 1 at `centre`, falling off within about `width`. */
function bell(x: number, centre: number, width: number): number {
  return Math.exp(-(((x - centre) / width) ** 2));
}

export function clamp(x: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, x));
}

export function smoothStep(low: number, high: number, x: number): number {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}

export function mix(a: Colour, b: Colour, share: number): Colour {
  const keep = 1 - share;
  return [a[0] * keep + b[0] * share, a[1] * keep + b[1] * share, a[2] * keep + b[2] * share];
}

function shade(colour: Colour, light: number): Colour {
  return [colour[0] * light, colour[1] * light, colour[2] * light];
}
