import type { Seed } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aSeed, checkOptions, listOf, oneOf, positiveInteger } from "@evenkeel/tensor/checks";
import type { VocExample } from "../annotations/voc-example.ts";
import { upTo } from "../images/option-checks.ts";
import type { Picture } from "../images/picture.ts";
import { makePicture } from "../images/picture.ts";
import type { BoxSet } from "../published/bccd.ts";
import { bccdClasses } from "../published/bccd.ts";
import { makeStreamOfExample, type RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";

export interface CellsOptions {
  /** At most 2^22. */
  readonly count: number;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** The two parts of a seed have no picture in common. */
  readonly part: "train" | "test";
  /** Default: [480, 640], as in BCCD. */
  readonly size?: readonly [height: number, width: number];
}

const mostCells = 2 ** 22;

const rules: Rules<CellsOptions> = {
  count: /* @__PURE__ */ upTo(mostCells),
  seed: aSeed,
  part: /* @__PURE__ */ oneOf("train", "test"),
  size: /* @__PURE__ */ listOf(positiveInteger, 2),
};

type Color = readonly [red: number, green: number, blue: number];

interface Kind {
  /** The least and the largest radius, as shares of the height of the picture. */
  readonly radius: readonly [least: number, most: number];
  readonly count: readonly [least: number, most: number];
  readonly edge: Color;
  readonly middle: Color;
}

/** In the order of the classes of BCCD. */
const kinds: readonly Kind[] = [
  { radius: [0.085, 0.12], count: [4, 12], edge: [205, 145, 160], middle: [225, 190, 195] },
  { radius: [0.16, 0.24], count: [0, 1], edge: [150, 110, 190], middle: [110, 70, 165] },
  { radius: [0.03, 0.05], count: [0, 2], edge: [160, 120, 190], middle: [130, 90, 175] },
];

const background: Color = [225, 215, 205];

/** One picture of this many has no cell. */
const emptyOnce = 16;

/** The least distance of two middles, as a share of the sum of the radii. */
const apart = 0.8;
const attempts = 20;

interface Cell {
  readonly label: number;
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly high: number;
}

/**
 * Draws pictures of discs of three kinds in the format of BCCD: many of middle size, which may overlap a little, few large ones and few small ones,
 * on a noisy ground; some pictures have none. A picture depends only on the seed, the part and its position, and is drawn when it is read.
 *
 * Throws ArgumentError unless count and part are given, and for options out of range.
 *
 * @example const cells = syntheticCells({ count: 100, seed: 1, part: "train" });
 */
export function syntheticCells(options: CellsOptions): BoxSet {
  checkOptions<CellsOptions>("syntheticCells", options, rules, ["count", "part"]);
  const { count, part, size = [480, 640] } = options;
  const seed = toSeedNumber(options.seed);
  const first = part === "test" ? mostCells : 0;
  return {
    name: `cells (${part})`,
    classes: bccdClasses,
    names: Array.from({ length: count }, (_, index) => `cells-${index}`),
    boxesWithoutArea: 0,
    length: count,
    get: (index) => drawExample(makeStreamOfExample(seed, streams.figures, first + index), size),
  };
}

function drawExample(random: RandomStream, [height, width]: readonly [number, number]): VocExample {
  const image = makePicture(3, height, width);
  const light = random.uniform(0.9, 1.05);
  const area = height * width;
  background.forEach((value, channel) => {
    image.data.fill(Math.min(255, light * value), channel * area, (channel + 1) * area);
  });
  const cells = drawPlaces(random, height, width);
  for (const cell of cells) drawCell(image, cell, light);
  addNoise(image, random);
  const edges = cells.flatMap(({ x, y, wide, high }) => [
    Math.max(0, x - wide),
    Math.max(0, y - high),
    Math.min(width, x + wide),
    Math.min(height, y + high),
  ]);
  return {
    image,
    boxes: { data: Float32Array.from(edges), shape: [cells.length, 4] },
    labels: Int32Array.from(cells, ({ label }) => label),
    difficult: new Uint8Array(cells.length),
    truncated: Uint8Array.from(cells, ({ x, y, wide, high }) =>
      Number(x < wide || y < high || x + wide > width || y + high > height),
    ),
  };
}

/** Cells whose middles are in the picture and not too near to one another; one that finds no place is left out. */
function drawPlaces(random: RandomStream, height: number, width: number): Cell[] {
  const cells: Cell[] = [];
  if (random.integer(1, emptyOnce) === 1) return cells;
  // Large ones first, which find a place less easily.
  for (const label of [1, 0, 2]) {
    const { radius, count } = kinds[label]!;
    const wanted = random.integer(...count);
    for (let index = 0; index < wanted; index++) {
      const size = height * random.uniform(...radius);
      const stretch = random.uniform(0.9, 1.1);
      for (let attempt = 0; attempt < attempts; attempt++) {
        const cell = {
          label,
          x: random.uniform(0, width),
          y: random.uniform(0, height),
          wide: size * stretch,
          high: size / stretch,
        };
        if (cells.some((other) => isNear(cell, other))) continue;
        cells.push(cell);
        break;
      }
    }
  }
  return cells;
}

const isNear = (a: Cell, b: Cell): boolean =>
  Math.hypot(a.x - b.x, a.y - b.y) < apart * (Math.max(a.wide, a.high) + Math.max(b.wide, b.high));

function drawCell({ data, shape: [, height, width] }: Picture, cell: Cell, light: number): void {
  const { label, x, y, wide, high } = cell;
  const { edge, middle } = kinds[label]!;
  for (let row = Math.max(0, Math.floor(y - high)); row < Math.min(height, y + high); row++) {
    for (let column = Math.max(0, Math.floor(x - wide)); column < Math.min(width, x + wide); column++) {
      const distance = ((column + 0.5 - x) / wide) ** 2 + ((row + 0.5 - y) / high) ** 2;
      if (distance > 1) continue;
      for (let channel = 0; channel < 3; channel++) {
        const value = middle[channel]! + (edge[channel]! - middle[channel]!) * distance;
        data[(channel * height + row) * width + column] = Math.min(255, light * value);
      }
    }
  }
}

/** Adds uniform noise; the four bytes of a random word are used for four values. */
function addNoise({ data }: Picture, random: RandomStream): void {
  const amplitude = random.uniform(2, 8);
  for (let at = 0; at < data.length; at += 4) {
    const word = random.bits();
    for (let byte = 0; byte < 4 && at + byte < data.length; byte++) {
      const noise = amplitude * (((word >>> (8 * byte)) & 255) / 127.5 - 1);
      data[at + byte] = Math.max(0, Math.min(255, data[at + byte]! + noise));
    }
  }
}
