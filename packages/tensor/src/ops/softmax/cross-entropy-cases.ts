import type { CaseInput, OpCase } from "../../core/op-cases.ts";
import type { CrossEntropyAttributes } from "./attributes.ts";

const plain: CrossEntropyAttributes = { labelSmoothing: 0, ignoreIndex: -100 };

const sizes: readonly (readonly [name: string, n: number, classes: number])[] = [
  ["ten classes", 7, 10],
  ["whole vectors", 3, 8],
  ["two classes", 5, 2],
  ["one class", 3, 1],
  ["many classes", 2, 1003],
  ["empty", 0, 4],
  ["large: 66,000 samples", 66_000, 3],
  ["large: classes in parts", 2, 50_001],
];

/** Cases of the loss and of its gradient, which reads the loss's gradient too. */
export function crossEntropyCases(isGradient: boolean): OpCase<CrossEntropyAttributes>[] {
  const makeInputs = (n: number, classes: number, labels?: readonly number[]): CaseInput[] => [
    { shape: [n, classes], dtype: "f32", values: { normal: [0, 2] } },
    { shape: [n], dtype: "i32", values: labels ?? { integers: [0, classes - 1] } },
    ...(isGradient ? [{ shape: [n], dtype: "f32", values: { normal: [0, 1] } } as const] : []),
  ];
  return [
    ...sizes.map(([name, n, classes]) => ({ name, attrs: plain, inputs: makeInputs(n, classes) })),
    { name: "smoothed", attrs: { ...plain, labelSmoothing: 0.1 }, inputs: makeInputs(9, 7) },
    {
      name: "ignored labels",
      attrs: { labelSmoothing: 0.2, ignoreIndex: 1 },
      inputs: makeInputs(5, 3, [1, 0, 2, 1, 0]),
    },
    {
      name: "labels that are no class",
      attrs: plain,
      inputs: makeInputs(5, 3, [-1, 3, 2, -100, 2 ** 31 - 1]),
      needs: "non-finite",
      differentiable: false,
      // The gradient does not check labels: the loss has done so.
      ...(!isGradient && { reports: "softmaxCrossEntropy: labels: found 3 outside of [0, 3)" }),
    },
    {
      name: "non-finite",
      attrs: { ...plain, labelSmoothing: 0.1 },
      inputs: makeInputs(13, 6).map((input, index) =>
        index === 0 ? { ...input, values: "non-finite" as const } : input,
      ),
      needs: "non-finite",
      differentiable: false,
    },
  ];
}
