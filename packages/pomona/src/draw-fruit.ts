import { seededRandom } from "@pomona/stats";
import type { Raster } from "@pomona/vision";
import { type Colour, clamp, type Fruit, fruitKinds, fruitRadius, mix } from "./fruit-kinds.ts";
import { between, pick } from "./random-choice.ts";
import { valueNoise } from "./value-noise.ts";

/** What a picture is of, besides its fruit. */
interface Scene {
  readonly width: number;
  readonly height: number;
  /** Middle of the fruit, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Pixels of one unit of the fruit. */
  readonly scale: number;
  readonly turn: number;
  readonly drop: number;
  /** Direction to the light; right, down, towards the eye; of length 1. */
  readonly light: Colour;
  readonly brightness: number;
  readonly ground: Colour;
  /** Colour of the light: above 1 warm, below 1 cold. */
  readonly warmth: number;
}

/**
 * A picture of a fruit of `kind` on a light ground, 200 to 300 pixels a side. Size, place, turn, light and the fruit
 * itself follow from the seed.
 *
 * @throws TypeError for a kind that is not in `fruitKinds`
 */
export function drawFruitPicture(kind: string, seed: number): Raster {
  const grow = fruitKinds[kind];
  if (grow === undefined) throw new TypeError(`no fruit ${kind}: ${Object.keys(fruitKinds).join(", ")}`);
  const random = seededRandom(seed);
  const fruit = grow(random, valueNoise(seed));
  return paint(fruit, setScene(fruit, random), random);
}

function setScene(fruit: Fruit, random: () => number): Scene {
  const width = Math.round(between(random, 200, 300));
  const height = Math.round(clamp(width * between(random, 0.85, 1.15), 200, 300));
  const side = Math.min(width, height);
  const angle = between(random, -2.5, -0.6);
  const tilt = between(random, 0.55, 0.75);
  return {
    width,
    height,
    x: width * between(random, 0.44, 0.56),
    y: height * between(random, 0.47, 0.57),
    scale: side * between(random, 0.24, 0.34),
    turn: between(random, -fruit.turn, fruit.turn),
    drop: fruit.drop,
    light: [Math.cos(angle) * tilt, Math.sin(angle) * tilt, Math.sqrt(1 - tilt * tilt)],
    brightness: between(random, 0.85, 1.12),
    ground: pick<Colour>(random, [
      [0.96, 0.96, 0.95],
      [0.9, 0.87, 0.8],
      [0.86, 0.89, 0.92],
      [0.78, 0.79, 0.8],
    ]),
    warmth: between(random, 0.95, 1.05),
  };
}

/** `random` makes the grain of the sensor. */
function paint(fruit: Fruit, scene: Scene, random: () => number): Raster {
  const { width, height, x: centreX, y: centreY, scale, brightness, warmth } = scene;
  const [cos, sin] = [Math.cos(scene.turn), Math.sin(scene.turn)];
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += 3) {
      const x = (column - centreX) / scale;
      const y = (row - centreY) / scale;
      let colour = groundAt(scene, x, y, row / height);
      if (Math.hypot(x, y) < fruitRadius) {
        const u = cos * x + sin * y;
        const v = cos * y - sin * x;
        const place = fruit.position(u, v);
        // The outline is as wide as a pixel.
        const cover = clamp((1 - place.t) * place.reach * scale + 0.5);
        if (cover > 0) {
          const outwards = [cos * place.u - sin * place.v, sin * place.u + cos * place.v] as const;
          colour = mix(colour, lit(fruit.skin(u, v, place.t), place.t, fruit.gloss, scene, outwards), cover);
        }
        const stalk = fruit.stalk(u, v);
        if (stalk !== undefined) colour = lit(stalk, 0.3, 0.1, scene, [0, -1]);
      }
      const grain = (random() - 0.5) * 6;
      data[at] = clamp(colour[0] * brightness * warmth * 255 + grain, 0, 255);
      data[at + 1] = clamp(colour[1] * brightness * 255 + grain, 0, 255);
      data[at + 2] = clamp((colour[2] * brightness * 255) / warmth + grain, 0, 255);
    }
  }
  return { width, height, data };
}

/** Paper with a soft shadow on the side that is away from the light. */
function groundAt({ ground, light, drop }: Scene, x: number, y: number, down: number): Colour {
  const shadow = 0.5 * Math.exp(-(((x + light[0] * 0.5) / 1.05) ** 2) - ((y - drop) / 0.5) ** 2);
  const brightness = (1.03 - 0.1 * down) * (1 - shadow);
  return [ground[0] * brightness, ground[1] * brightness, ground[2] * brightness];
}

/** Lambert's law on a body as round as a ball, darker at its rim, with a highlight. `side` points outwards. */
function lit(colour: Colour, t: number, gloss: number, scene: Scene, side: readonly [number, number]): Colour {
  const [lightX, lightY, lightZ] = scene.light;
  const flat = Math.min(1, t);
  const facing = Math.sqrt(1 - flat * flat);
  const diffuse = Math.max(0, side[0] * flat * lightX + side[1] * flat * lightY + facing * lightZ);
  const light = (0.42 + 0.72 * diffuse) * (0.8 + 0.2 * facing);
  const mirrored = Math.max(0, 2 * diffuse * facing - lightZ);
  const highlight = gloss * mirrored ** 24;
  return [colour[0] * light + highlight, colour[1] * light + highlight, colour[2] * light + highlight];
}
