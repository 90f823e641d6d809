import type { CaseInput, OpCase, OpCases } from "../../core/op-cases.ts";
import type { Shape } from "../../core/spec.ts";
import { withHalves } from "../elementwise/operands/half-cases.ts";
import type { DepthAttributes } from "./depth-attributes.ts";
import { foldDepthOp, unfoldDepthOp } from "./unfold-depth.ts";

interface DepthCase {
  readonly name: string;
  /** [n, c, d, h, w] */
  readonly volumes: Shape;
  readonly attrs: DepthAttributes;
}

const windowsOver = (
  name: string,
  volumes: Shape,
  windows: number,
  taps: number,
  { stride = 1, before = 0, dilation = 1 } = {},
): DepthCase => ({ name, volumes, attrs: { depth: volumes[2]!, windows, taps, stride, before, dilation } });

const cases: readonly DepthCase[] = [
  windowsOver("three taps, padded", [2, 3, 5, 3, 3], 5, 3, { before: 1 }),
  windowsOver("one tap", [2, 3, 4, 2, 5], 4, 1),
  windowsOver("every second", [1, 2, 7, 2, 2], 3, 3, { stride: 2 }),
  windowsOver("planes that no window meets", [2, 2, 9, 1, 3], 2, 2, { stride: 4, before: 1 }),
  windowsOver("dilated", [1, 2, 6, 4, 1], 4, 3, { dilation: 2, before: 1 }),
  windowsOver("windows in the padding", [1, 1, 2, 2, 2], 6, 2, { before: 3 }),
  windowsOver("no volumes", [0, 2, 3, 2, 2], 3, 1),
  windowsOver("large: 65,537 planes", [65_537, 1, 2, 1, 1], 1, 2),
];

export const unfoldDepthCases: OpCases<DepthAttributes> = {
  op: unfoldDepthOp,
  accuracy: "exact",
  cases: withHalves(
    ["three taps, padded"],
    [
      ...cases.map(({ name, volumes, attrs }) => ({
        name,
        attrs,
        inputs: [{ shape: volumes, dtype: "f32" as const, values: { normal: [0, 1] as const } }],
      })),
      ...cases.slice(0, 1).map(({ volumes, attrs }) => ({
        name: "non-finite",
        attrs,
        inputs: [{ shape: volumes, dtype: "f32" as const, values: "non-finite" as const }],
        needs: "non-finite" as const,
      })),
    ],
  ),
};

/** Images of the taps of volumes. */
const listImages = (values: CaseInput["values"]): readonly OpCase<DepthAttributes>[] =>
  cases.map(({ name, volumes: [n, c, , h, w], attrs }) => ({
    name,
    attrs,
    inputs: [{ shape: [n! * attrs.windows, c! * attrs.taps, h!, w!], dtype: "f32", values }],
  }));

export const foldDepthCases: OpCases<DepthAttributes> = {
  op: foldDepthOp,
  accuracy: { reduction: 3 },
  cases: withHalves(
    ["three taps, padded"],
    [
      ...listImages({ normal: [0, 1] }),
      ...listImages("non-finite")
        .slice(0, 1)
        .map((one) => ({ ...one, name: "non-finite", needs: "non-finite" as const, differentiable: false })),
    ],
  ),
};
