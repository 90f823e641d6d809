import type { MeanAveragePrecisionOptions } from "@evenkeel/nn";
import { evaluate, Module, meanAveragePrecision } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";
import { ShapeError, setDefaultBackend, tensor, zeros } from "@evenkeel/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { onEachBackend } from "../each-backend.ts";

const images = 6;
const boxesPerImage = 5;
const detectionsPerImage = 8;
const classes = 3;

/** Boxes, and detections near them, some with another class or none, with scores that have ties. */
function drawImages(): { readonly detections: Float32Array; readonly boxes: Float32Array } {
  let state = 7;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
  const detections: number[] = [];
  const boxes: number[] = [];
  for (let image = 0; image < images; image++) {
    const truths = Array.from({ length: boxesPerImage }, () => {
      const [left, top, width, height] = Float32Array.of(
        80 * draw(),
        80 * draw(),
        5 + 30 * draw(),
        5 + 30 * draw(),
      );
      const label = Math.floor(classes * draw());
      return [
        left!,
        top!,
        Math.fround(left! + width!),
        Math.fround(top! + height!),
        draw() < 0.8 ? label : -1,
      ];
    });
    boxes.push(...truths.flat());
    for (let index = 0; index < detectionsPerImage; index++) {
      const truth = truths[index % boxesPerImage]!;
      const corners = truth.slice(0, 4).map((place) => Math.fround(place + 8 * (draw() - 0.5)));
      const score = Math.round(8 * draw()) / 8;
      const label = draw() < 0.8 ? truth[4]! : Math.floor(classes * draw());
      detections.push(...corners, score, draw() < 0.95 ? label : -1);
    }
  }
  return { detections: Float32Array.from(detections), boxes: Float32Array.from(boxes) };
}

/** Its outputs are its inputs. */
class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

interface DetectionCase {
  readonly name: string;
  readonly options: MeanAveragePrecisionOptions;
  readonly mean: number;
  readonly each?: readonly number[];
}

/** Computed in NumPy, in float64, by the steps of `COCOeval` in pycocotools. */
const cases: readonly DetectionCase[] = [
  {
    name: "with COCO's thresholds",
    options: {},
    mean: 0.24382952588344495,
    each: [0.3758922680193716, 0.16613861386138612, 0.18945769576957697],
  },
  { name: "at an overlap of a half", options: { thresholds: [0.5] }, mean: 0.6272649323755904 },
  {
    name: "of the two best of each image and class",
    options: { maxDetections: 2 },
    mean: 0.20667727487034418,
    each: [0.2901555869872702, 0.16613861386138612, 0.16373762376237624],
  },
];

onEachBackend((backend) => {
  beforeEach(() => setDefaultBackend(backend()));
  afterEach(() => setDefaultBackend(undefined));

  describe("mean average precision", () => {
    const { detections, boxes } = drawImages();
    const cut = (size: number) => () =>
      Array.from({ length: images / size }, (_, batch) => {
        const part = (all: Float32Array, each: number): Float32Array =>
          all.slice(batch * size * each, (batch + 1) * size * each);
        return {
          inputs: { data: part(detections, 6 * detectionsPerImage), shape: [size, detectionsPerImage, 6] },
          labels: { data: part(boxes, 5 * boxesPerImage), shape: [size, boxesPerImage, 5] },
        };
      });

    test.each(cases)("$name is that of COCO, however the pass is cut", async ({ options, mean, each }) => {
      for (const size of [6, 2, 1]) {
        const { metrics, details } = await evaluate(new Identity(), {
          data: cut(size),
          loss: () => zeros([]),
          metrics: { map: meanAveragePrecision(options) },
        });
        expect(metrics.map).toBeCloseTo(mean, 12);
        if (each === undefined) continue;
        expect(details!.map).toHaveLength(classes);
        each.forEach((area, index) => {
          expect(details!.map![index]).toBeCloseTo(area, 12);
        });
      }
    });

    test("of an image without boxes is NaN, and of boxes that nothing finds 0", async () => {
      const { counts, of } = meanAveragePrecision();
      const read = async (x: Tensor, y: Tensor): Promise<number> => of([...(await counts(x, y).data())]);
      const box = [[[0, 0, 2, 2, 1]]];
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 1]]]), zeros([1, 0, 5]))).toBeNaN();
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 0]]]), tensor(box))).toBe(0);
      expect(await read(zeros([1, 0, 6]), tensor(box))).toBe(0);
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 1]]]), tensor(box))).toBe(1);
    });

    test("of other shapes is refused by name", () => {
      const { counts } = meanAveragePrecision();
      expect(() => counts(zeros([1, 2, 5]), zeros([1, 2, 5]))).toThrow(ShapeError);
      expect(() => counts(zeros([1, 2, 6]), zeros([2, 2, 5]))).toThrow(
        "meanAveragePrecision: found detections [1, 2, 6] and boxes [2, 2, 5], expected [n, k, 6] and [n, m, 5]",
      );
      expect(() => meanAveragePrecision({ thresholds: [] })).toThrow(
        "meanAveragePrecision: thresholds: found []",
      );
    });
  });
});
