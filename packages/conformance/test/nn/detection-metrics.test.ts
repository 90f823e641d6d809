import type { ClassBox, MeanAveragePrecisionOptions } from "@evenkeel/nn";
import {
  computeAveragePrecision,
  computeBoxOverlap,
  computePrecisionRecall,
  evaluate,
  Module,
  matchBoxes,
  matchImage,
  meanAveragePrecision,
  nonMaximumSuppression,
  scoreDetections,
} from "@evenkeel/nn";
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

/** Computed in NumPy, in float64, by the steps of `COCOeval` in pycocotools and of `VOCevaldet` in the development kit of PASCAL VOC. */
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
  {
    name: "below the whole curve, as in VOC from 2010 on,",
    options: { protocol: "voc" },
    mean: 0.6278588876628092,
    each: [0.8056545850663497, 0.5, 0.5779220779220778],
  },
  {
    name: "below the whole curve at an overlap of 0.3",
    options: { protocol: "voc", thresholds: [0.3] },
    mean: 0.6893307491346707,
    each: [0.8056545850663497, 0.5, 0.7623376623376623],
  },
  {
    name: "at eleven recalls, as in VOC 2007,",
    options: { protocol: "voc2007" },
    mean: 0.6196794144655107,
    each: [0.7980878301733916, 0.5, 0.5609504132231404],
  },
  {
    name: "at eleven recalls and an overlap of 0.75",
    options: { protocol: "voc2007", thresholds: [0.75] },
    mean: 0.12205387205387207,
    each: [0.3207070707070707, 0.0, 0.045454545454545456],
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

    test.each(cases)(
      "$name is that of the protocol, however the pass is cut",
      async ({ options, mean, each }) => {
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
      },
    );

    test("of an image without boxes is NaN, and of boxes that nothing finds 0", async () => {
      const { counts, of } = meanAveragePrecision();
      const read = async (x: Tensor, y: Tensor): Promise<number> => of([...(await counts(x, y).data())]);
      const box = [[[0, 0, 2, 2, 1]]];
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 1]]]), zeros([1, 0, 5]))).toBeNaN();
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 0]]]), tensor(box))).toBe(0);
      expect(await read(zeros([1, 0, 6]), tensor(box))).toBe(0);
      expect(await read(tensor([[[0, 0, 2, 2, 0.5, 1]]]), tensor(box))).toBe(1);
    });

    test("of VOC is wrong where a taken box overlaps more, and that of COCO takes the next one", async () => {
      const truths = [
        { corners: [0, 0, 10, 10], label: 0, score: 1 },
        { corners: [0, 3, 10, 13], label: 0, score: 1 },
      ] as const;
      const found = [
        { corners: [0, 0, 10, 10], label: 0, score: 0.9 },
        { corners: [0, 1, 10, 11], label: 0, score: 0.8 },
      ] as const;
      expect(matchBoxes(found, truths)).toEqual([true, true]);
      expect(matchBoxes(found, truths, { protocol: "voc" })).toEqual([true, false]);
      expect(matchBoxes(found, truths, { threshold: 0.9 })).toEqual([true, false]);
    });

    test.each(["coco", "voc", "voc2007"] as const)(
      "of matched images is that of the metric (%s)",
      async (protocol) => {
        const list = (values: Float32Array, image: number, each: number, width: 5 | 6): ClassBox[] =>
          Array.from({ length: each }, (_, index) => {
            const row = values.subarray((image * each + index) * width, (image * each + index + 1) * width);
            const corners = [...row.subarray(0, 4)] as unknown as ClassBox["corners"];
            return { corners, label: row[width - 1]!, score: width === 6 ? row[4]! : 1 };
          }).filter(({ label }) => label >= 0);
        const matched = Array.from({ length: images }, (_, image) =>
          matchImage(list(detections, image, detectionsPerImage, 6), list(boxes, image, boxesPerImage, 5), {
            protocol,
          }),
        );
        const { counts, details } = meanAveragePrecision({ protocol, thresholds: [0.5] });
        const totals = await counts(
          tensor(detections, { shape: [images, detectionsPerImage, 6] }),
          tensor(boxes, { shape: [images, boxesPerImage, 5] }),
        ).data();
        const scores = scoreDetections(matched, classes, protocol);
        expect(scores.map(({ averagePrecision }) => averagePrecision)).toEqual(details!([...totals]));
        expect(scores[0]!.curve.at(-1)!.recall).toBeLessThanOrEqual(1);
        expect(scoreDetections(matched, classes + 1, protocol).at(-1)).toEqual({
          truths: 0,
          averagePrecision: Number.NaN,
          curve: [],
        });
      },
    );

    test("of other shapes is refused by name", () => {
      const { counts } = meanAveragePrecision();
      expect(() => counts(zeros([1, 2, 5]), zeros([1, 2, 5]))).toThrow(ShapeError);
      expect(() => counts(zeros([1, 2, 6]), zeros([2, 2, 5]))).toThrow(
        "meanAveragePrecision: found detections [1, 2, 6] and boxes [2, 2, 5], expected [n, k, 6] and [n, m, 5]",
      );
      expect(() => meanAveragePrecision({ protocol: "pascal" as never })).toThrow(
        "meanAveragePrecision: protocol",
      );
      expect(() => meanAveragePrecision({ thresholds: [] })).toThrow(
        "meanAveragePrecision: thresholds: found []",
      );
    });
  });

  describe("non-maximum suppression", () => {
    const read = async (detections: readonly (readonly number[])[][], options = {}) => {
      const kept = nonMaximumSuppression(tensor(detections), { maxDetections: 3, ...options });
      const rows = [...(await kept.data())];
      return rows.flatMap((_, at) => (at % 6 === 0 ? [rows.slice(at, at + 6)] : []));
    };
    const none = [0, 0, 0, 0, 0, -1];
    const best = [0, 0, 10, 10, 0.75, 0];
    const near = [0, 0, 10, 6, 0.5, 0];
    const other = [0, 0, 10, 9, 0.625, 1];
    const padding = [0, 0, 1, 1, 1, -1];

    test("keeps the best of those of a class that overlap, for each image", async () => {
      expect(
        await read([
          [near, other, padding, best],
          [near, near, near, near],
        ]),
      ).toEqual([best, other, none, near, none, none]);
      // They overlap by 0.6.
      expect(await read([[near, best]], { threshold: 0.6001 })).toEqual([best, near, none]);
      expect(await read([[near, best]], { threshold: 0.5999 })).toEqual([best, none, none]);
      expect(await read([[near, other, best]], { acrossClasses: true })).toEqual([best, none, none]);
      expect(await read([[near, best]], { threshold: 1, minScore: 0.6 })).toEqual([best, none, none]);
      expect(await read([[near, best, other]], { threshold: 1, maxDetections: 1 })).toEqual([best]);
    });

    test("agrees with the comparison of all pairs, and keeps the first of equal scores", async () => {
      const { detections } = drawImages();
      const each = 6 * detectionsPerImage;
      const rows = Array.from({ length: images }, (_, image) =>
        Array.from({ length: detectionsPerImage }, (_, index) => [
          ...detections.subarray(image * each + 6 * index, image * each + 6 * index + 6),
        ]),
      );
      const expected = rows.map((all) => {
        const ordered = all
          .map((row, index) => ({ row, index }))
          .filter(({ row }) => row[5]! >= 0)
          .sort((a, b) => b.row[4]! - a.row[4]! || a.index - b.index);
        const kept: number[][] = [];
        for (const { row } of ordered) {
          const isFree = kept.every(
            (better) =>
              better[5] !== row[5] ||
              computeBoxOverlap(better.slice(0, 4) as never, row.slice(0, 4) as never) <= 0.4,
          );
          if (isFree) kept.push(row);
        }
        return [...kept, ...new Array<number[]>(detectionsPerImage).fill(none)].slice(0, detectionsPerImage);
      });
      const options = { threshold: 0.4, maxDetections: detectionsPerImage };
      expect(await read(rows, options)).toEqual(expected.flat());
      expect(expected.flat().filter((row) => row[5]! >= 0).length).toBeLessThan(rows.flat().length);
    });

    test("of nothing is padding, and other shapes are refused", async () => {
      const empty = await nonMaximumSuppression(zeros([1, 0, 6]), { maxDetections: 1 }).data();
      expect([...empty]).toEqual(none);
      expect(() => nonMaximumSuppression(zeros([2, 6]))).toThrow(
        "nonMaximumSuppression: found detections [2, 6], expected [n, k, 6]",
      );
      expect(() => nonMaximumSuppression(zeros([1, 2, 6]), { threshold: 2 })).toThrow(
        "nonMaximumSuppression: threshold",
      );
    });
  });
});

test("the curve of precision over recall, and the area of each protocol, by hand", () => {
  const right = [true, false, true];
  expect(computePrecisionRecall(right, 4)).toEqual([
    { recall: 0.25, precision: 1 },
    { recall: 0.25, precision: 0.5 },
    { recall: 0.5, precision: 2 / 3 },
  ]);
  expect(computeAveragePrecision(right, 4, "voc")).toBeCloseTo(0.25 + 0.25 * (2 / 3), 15);
  // Recalls 0, 0.1 and 0.2 have the precision 1; 0.3, 0.4 and 0.5 have 2 / 3.
  expect(computeAveragePrecision(right, 4, "voc2007")).toBeCloseTo((3 + 2) / 11, 15);
  expect(computeAveragePrecision(right, 4, "coco")).toBeCloseTo((26 + 25 * (2 / 3)) / 101, 15);
  expect(computeAveragePrecision([], 4, "voc")).toBe(0);
});
