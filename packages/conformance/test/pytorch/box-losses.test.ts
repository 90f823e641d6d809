import { completeBoxOverlap, generalizedBoxOverlap } from "@evenkeel/nn";
import { moveAxis, ShapeError, tensor, zeros } from "@evenkeel/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { onCpu } from "../on-cpu.ts";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

const boxesOf = (rows: readonly (readonly number[])[]): PlainTensor => ({
  shape: [rows.length, 4],
  data: rows.flat(),
});

/** Boxes that overlap, that do not touch, and one within the other. */
const boxes = boxesOf([
  [0, 0, 4, 4],
  [1, 2, 3, 8],
  [10, 10, 12, 11],
  [2, 2, 3, 3],
  [0.5, 0.25, 2.5, 1.75],
]);
const targets = boxesOf([
  [1, 1, 6, 5],
  [0, 3, 4, 7],
  [14, 16, 15, 19],
  [0, 0, 8, 8],
  [0.25, 0, 2, 2],
]);

/** The steps of torchvision's `_loss_inter_union`, then those of its losses, with its epsilon. */
const common = [
  "s := (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)",
  "area := lambda c: (c[..., 2:] - c[..., :2]).prod(-1)",
  "i := s.prod(-1)",
  "u := area(a) + area(b) - i",
  "iou := i / (u + 1e-7)",
  "c := torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])",
];
const generalized = [...common, "1 - iou + (c.prod(-1) - u) / (c.prod(-1) + 1e-7)"];
const complete = [
  ...common,
  "angle := lambda e: torch.atan((e[..., 2] - e[..., 0]) / (e[..., 3] - e[..., 1]))",
  "v := (4 / torch.pi ** 2) * (angle(b) - angle(a)) ** 2",
  "alpha := (v / (1 - iou + v + 1e-7)).detach()",
  "d := (((a[..., 2:] + a[..., :2]) / 2 - (b[..., 2:] + b[..., :2]) / 2) ** 2).sum(-1)",
  "1 - iou + d / ((c ** 2).sum(-1) + 1e-7) + alpha * v",
];
const evaluate = (steps: readonly string[]): string => `(lambda a, b: (${steps.join(", ")})[-1])(x[0], x[1])`;

/** The same values are added up in another order. */
const tolerance = 4e-6;

const comparisons: readonly Comparison[] = [
  ["generalized overlap", generalized, generalizedBoxOverlap] as const,
  ["complete overlap", complete, completeBoxOverlap] as const,
].flatMap(([name, steps, ours]): Comparison[] => [
  {
    name: `${name} of each box`,
    pytorch: evaluate(steps),
    inputs: [boxes, targets],
    outputShape: [5],
    ours: ([a, b]) => ours(a!, b!, { reduction: "none" }),
    tolerance,
  },
  {
    name: `${name} along another axis, masked`,
    pytorch: `(${evaluate(steps)} * torch.tensor([1, 0, 1, 1, 0])).sum() / 3`,
    inputs: [boxes, targets],
    outputShape: [],
    ours: ([a, b]) =>
      ours(moveAxis(a!, 1, 0), moveAxis(b!, 1, 0), {
        axis: 0,
        mask: tensor([1, 0, 1, 1, 0], { backend: a!.backend }),
      }),
    tolerance,
  },
]);

const device = onCpu();

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: losses of boxes, and their gradients`, () => {
  let answers: ReturnType<typeof readAnswers>;
  beforeAll(() => {
    answers = readAnswers(comparisons);
  });

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, device()));
});

describe("losses of boxes", () => {
  test("of boxes without area are finite", async () => {
    const point = zeros([1, 4]);
    for (const loss of [generalizedBoxOverlap, completeBoxOverlap]) {
      expect(Number.isFinite(await loss(point, point).item())).toBe(true);
    }
  });

  test("refuse other shapes and options by name", () => {
    expect(() => completeBoxOverlap(zeros([2, 5]), zeros([2, 5]))).toThrow(
      "completeBoxOverlap: found boxes [2, 5], expected four edges along axis 1",
    );
    expect(() => generalizedBoxOverlap(zeros([2, 4]), zeros([1, 4]))).toThrow(ShapeError);
    expect(() => generalizedBoxOverlap(zeros([]), zeros([]))).toThrow(
      "generalizedBoxOverlap: found boxes [], expected an axis of four edges",
    );
    expect(() => completeBoxOverlap(zeros([4]), zeros([4]), { along: 0 } as never)).toThrow(
      'completeBoxOverlap: found the option "along"',
    );
  });
});
