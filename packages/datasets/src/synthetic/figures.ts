import type { Seed } from "@evenkeel/tensor";
import type { Rules } from "@evenkeel/tensor/checks";
import { aSeed, checkOptions, oneOf } from "@evenkeel/tensor/checks";
import type { ImageSet } from "../images/image-set.ts";
import { upTo } from "../images/option-checks.ts";
import { RandomStream, streams, toSeedNumber } from "../random/random-stream.ts";

type Point = readonly [x: number, y: number];
type Stroke = readonly Point[];

const side = 28;

function makeArc(center: Point, radius: number, from: number, to: number): Stroke {
  const steps = 12;
  return Array.from({ length: steps + 1 }, (_, step) => {
    const angle = Math.PI * (from + ((to - from) * step) / steps);
    return [center[0] + radius * Math.cos(angle), center[1] + radius * Math.sin(angle)];
  });
}

const makePolygon = (...corners: Point[]): Stroke => [...corners, corners[0]!];

/** The ten figures, as strokes in the square [-1, 1] x [-1, 1]. */
const figures: readonly { readonly name: string; readonly strokes: readonly Stroke[] }[] = [
  { name: "circle", strokes: [/* @__PURE__ */ makeArc([0, 0], 0.9, 0, 2)] },
  {
    name: "square",
    strokes: [/* @__PURE__ */ makePolygon([-0.8, -0.8], [0.8, -0.8], [0.8, 0.8], [-0.8, 0.8])],
  },
  { name: "triangle", strokes: [/* @__PURE__ */ makePolygon([0, -0.95], [0.9, 0.75], [-0.9, 0.75])] },
  {
    name: "plus",
    strokes: [
      [
        [-0.9, 0],
        [0.9, 0],
      ],
      [
        [0, -0.9],
        [0, 0.9],
      ],
    ],
  },
  {
    name: "tee",
    strokes: [
      [
        [-0.9, -0.8],
        [0.9, -0.8],
      ],
      [
        [0, -0.8],
        [0, 0.9],
      ],
    ],
  },
  {
    name: "zigzag",
    strokes: [
      [
        [-0.8, -0.9],
        [0.8, -0.6],
        [-0.8, 0],
        [0.8, 0.6],
        [-0.8, 0.9],
      ],
    ],
  },
  {
    name: "crescent",
    strokes: [
      /* @__PURE__ */ makeArc([0, 0], 0.9, 0.35, 1.65),
      /* @__PURE__ */ makeArc([0.45, 0], 0.8, 0.7, 1.3),
    ],
  },
  {
    name: "ladder",
    strokes: [
      [
        [-0.5, -0.9],
        [-0.5, 0.9],
      ],
      [
        [0.5, -0.9],
        [0.5, 0.9],
      ],
      [
        [-0.5, -0.3],
        [0.5, -0.3],
      ],
      [
        [-0.5, 0.4],
        [0.5, 0.4],
      ],
    ],
  },
  {
    name: "eight",
    strokes: [/* @__PURE__ */ makeArc([0, -0.45], 0.45, 0, 2), /* @__PURE__ */ makeArc([0, 0.45], 0.5, 0, 2)],
  },
  {
    name: "hook",
    strokes: [
      [
        [0.3, -0.9],
        [0.3, 0.3],
      ],
      /* @__PURE__ */ makeArc([-0.2, 0.3], 0.5, 0, 1),
    ],
  },
];

export const figureClasses: readonly string[] = /* @__PURE__ */ figures.map(({ name }) => name);

export interface FiguresOptions {
  /** At most 2^22. */
  readonly count: number;
  /** Default: the source that `manualSeed` restarts. */
  readonly seed?: Seed | undefined;
  /** The two parts of a seed have no image in common. */
  readonly part: "train" | "test";
}

const mostFigures = 2 ** 22;

const rules: Rules<FiguresOptions> = {
  count: /* @__PURE__ */ upTo(mostFigures),
  seed: aSeed,
  part: /* @__PURE__ */ oneOf("train", "test"),
};

/**
 * Draws a set of grey 28 x 28 images of ten figures in equal numbers: strokes of random width and strength, rotated,
 * scaled, sheared, bent and moved, over distracting strokes and noise. An image depends only on the seed, the part and its
 * position. The set is about as hard as Fashion-MNIST: a small convnet reaches 90 to 97 %, a linear model stays below 80 %.
 *
 * Throws ArgumentError unless count and part are given, and for a seed that is neither an integer in [0, 2^32) nor a
 * RandomSource.
 *
 * @example const figures = syntheticFigures({ count: 1000, seed: 1, part: "train" });
 */
export function syntheticFigures(options: FiguresOptions): ImageSet {
  checkOptions<FiguresOptions>("syntheticFigures", options, rules, ["count", "part"]);
  const { count, part } = options;
  const seed = toSeedNumber(options.seed);
  const images = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count);
  const canvas = new Float32Array(side * side);
  const first = streams.figures + (part === "test" ? mostFigures : 0);
  for (let index = 0; index < count; index++) {
    const random = new RandomStream(seed, first + index);
    const label = index % figures.length;
    labels[index] = label;
    canvas.fill(0);
    drawImage(canvas, figures[label]!.strokes, random);
    for (let pixel = 0; pixel < canvas.length; pixel++) {
      images[index * canvas.length + pixel] = Math.max(0, Math.min(255, Math.round(canvas[pixel]! * 255)));
    }
  }
  return { name: `figures (${part})`, images, labels, imageShape: [1, side, side], classes: figureClasses };
}

function drawImage(canvas: Float32Array, strokes: readonly Stroke[], random: RandomStream): void {
  const deform = drawDeformation(random);
  const width = random.uniform(0.6, 1.5);
  const strength = random.uniform(0.5, 1);
  for (const stroke of strokes) drawStroke(canvas, stroke.map(deform), width, strength);
  const distractions = random.integer(1, 3);
  for (let line = 0; line < distractions; line++) {
    const from: Point = [random.uniform(0, side), random.uniform(0, side)];
    const angle = random.uniform(0, 2 * Math.PI);
    const length = random.uniform(4, 12);
    const to: Point = [from[0] + length * Math.cos(angle), from[1] + length * Math.sin(angle)];
    drawStroke(canvas, [from, to], random.uniform(0.5, 1.2), random.uniform(0.3, 0.9));
  }
  addNoise(canvas, random.uniform(0.1, 0.4), random);
}

/** Adds uniform noise in [-amplitude, amplitude]; the four bytes of a random word are used for four pixels. */
function addNoise(canvas: Float32Array, amplitude: number, random: RandomStream): void {
  for (let pixel = 0; pixel < canvas.length; pixel += 4) {
    const word = random.bits();
    for (let byte = 0; byte < 4; byte++) {
      canvas[pixel + byte]! += amplitude * (((word >>> (8 * byte)) & 255) / 127.5 - 1);
    }
  }
}

/** A map from figure coordinates to pixels: an affine map with a slight bend. */
function drawDeformation(random: RandomStream): (point: Point) => Point {
  const angle = random.normal(0, 0.35);
  const scale = random.uniform(5, 10);
  const stretch = random.uniform(0.75, 1.3);
  const shear = random.normal(0, 0.2);
  const bend = random.normal(0, 0.15);
  const center = [side / 2 + random.uniform(-4, 4), side / 2 + random.uniform(-4, 4)] as const;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => {
    const bent = x + shear * y + bend * (y * y - 0.5);
    const [u, v] = [bent * scale * stretch, (y * scale) / stretch];
    return [center[0] + cos * u - sin * v, center[1] + sin * u + cos * v];
  };
}

/** Draws a polyline on the canvas; its edge fades over one pixel. */
function drawStroke(canvas: Float32Array, stroke: readonly Point[], width: number, strength: number): void {
  for (let index = 1; index < stroke.length; index++) {
    drawSegment(canvas, stroke[index - 1]!, stroke[index]!, width, strength);
  }
}

function drawSegment(canvas: Float32Array, from: Point, to: Point, width: number, strength: number): void {
  const reach = width + 1;
  const clamp = (value: number): number => Math.max(0, Math.min(side - 1, value));
  const [left, right] = [
    clamp(Math.floor(Math.min(from[0], to[0]) - reach)),
    clamp(Math.ceil(Math.max(from[0], to[0]) + reach)),
  ];
  const [top, bottom] = [
    clamp(Math.floor(Math.min(from[1], to[1]) - reach)),
    clamp(Math.ceil(Math.max(from[1], to[1]) + reach)),
  ];
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const squaredLength = Math.max(1e-9, dx * dx + dy * dy);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = Math.max(0, Math.min(1, ((x - from[0]) * dx + (y - from[1]) * dy) / squaredLength));
      const distance = Math.hypot(x - from[0] - along * dx, y - from[1] - along * dy);
      const cover = strength * Math.max(0, Math.min(1, width + 0.5 - distance));
      const pixel = y * side + x;
      if (cover > canvas[pixel]!) canvas[pixel] = cover;
    }
  }
}
