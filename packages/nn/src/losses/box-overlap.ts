import { stopGradient } from "@evenkeel/autodiff";
import type { Expression, Tensor, Value } from "@evenkeel/tensor";
import {
  buildExpression,
  e,
  evaluateExpression,
  formatShape,
  normalizeAxis,
  reshape,
  ShapeError,
  scope,
  split,
} from "@evenkeel/tensor";
import { checkOptions, checkTensors, integer } from "@evenkeel/tensor/checks";
import { checkFloats, checkSameShape } from "./formula.ts";
import { checkMask, hideMasked } from "./mask.ts";
import type { LossOptions } from "./reduction.ts";
import { lossRules, reduceLoss } from "./reduction.ts";

export interface BoxLossOptions extends LossOptions {
  /** The axis of the four edges. Default: the last. */
  readonly axis?: number;
}

/** Is added to divisors, as in torchvision, so that boxes without area have finite losses. */
const epsilon = 1e-7;

type Edges = readonly [left: Value, top: Value, right: Value, bottom: Value];

const square = (x: Value): Value => e.mul(x, x);
const width = ([left, , right]: Edges): Value => e.sub(right, left);
const height = ([, top, , bottom]: Edges): Value => e.sub(bottom, top);
const area = (box: Edges): Value => e.mul(width(box), height(box));

/** Of two boxes: the area that either covers, the share of it that both cover, and the rectangle around them. */
function compareBoxes(a: Edges, b: Edges): { union: Value; overlap: Value; around: Edges } {
  const wide = e.max(e.sub(e.min(a[2], b[2]), e.max(a[0], b[0])), 0);
  const high = e.max(e.sub(e.min(a[3], b[3]), e.max(a[1], b[1])), 0);
  const common = e.mul(wide, high);
  const union = e.sub(e.add(area(a), area(b)), common);
  const around: Edges = [e.min(a[0], b[0]), e.min(a[1], b[1]), e.max(a[2], b[2]), e.max(a[3], b[3])];
  return { union, overlap: e.div(common, e.add(union, epsilon)), around };
}

/** 1 - IoU + (|c| - |a or b|) / |c|, where c is the rectangle around both. */
function generalizedFormula(a: Edges, b: Edges): Value {
  const { union, overlap, around } = compareBoxes(a, b);
  const outside = e.div(e.sub(area(around), union), e.add(area(around), epsilon));
  return e.add(e.sub(1, overlap), outside);
}

/** v = 4 / pi^2 (atan(w / h) - atan(w' / h'))^2: how much the aspect ratios differ. */
function compareAspects(a: Edges, b: Edges): Value {
  const angle = (box: Edges): Value => e.atan2(width(box), e.add(height(box), epsilon));
  return e.mul(4 / Math.PI ** 2, square(e.sub(angle(a), angle(b))));
}

/** v / (1 - IoU + v): the weight of the aspect ratios, which is a constant for the gradient. */
function weighAspects(a: Edges, b: Edges): Value {
  const v = compareAspects(a, b);
  return e.div(v, e.add(e.add(e.sub(1, compareBoxes(a, b).overlap), v), epsilon));
}

/** 1 - IoU + d^2 / c^2 + weight v, with the distance d of the middles and the diagonal c of the rectangle around both. */
function completeFormula(a: Edges, b: Edges, weight: Value): Value {
  const { overlap, around } = compareBoxes(a, b);
  const twice = (at: 0 | 1): Value => e.sub(e.add(a[at], a[at + 2]!), e.add(b[at], b[at + 2]!));
  const distance = e.mul(0.25, e.add(square(twice(0)), square(twice(1))));
  const diagonal = e.add(square(width(around)), square(height(around)));
  const apart = e.div(distance, e.add(diagonal, epsilon));
  return e.add(e.add(e.sub(1, overlap), apart), e.mul(weight, compareAspects(a, b)));
}

const build = (inputs: number, formula: (a: Edges, b: Edges, weight: Value) => Value): Expression =>
  buildExpression({ inputs: new Array<"f32">(inputs).fill("f32") }, (values) =>
    formula(values.slice(0, 4) as unknown as Edges, values.slice(4, 8) as unknown as Edges, values[8]!),
  );

let generalized: Expression | undefined;
let complete: Expression | undefined;
let aspectWeight: Expression | undefined;

/** Computes losses of the edges of two boxes, eight tensors of one shape, and reduces them. */
function computeBoxLoss(
  operation: string,
  [boxes, targets]: readonly [Tensor, Tensor],
  { axis: given = -1, mask, ...options }: BoxLossOptions,
  compute: (edges: readonly Tensor[]) => Tensor,
): Tensor {
  checkTensors(operation, boxes, targets);
  checkFloats(operation, "boxes", boxes);
  checkFloats(operation, "targets", targets);
  checkSameShape(operation, ["boxes", "targets"], boxes, targets);
  if (boxes.rank === 0) throw new ShapeError(`${operation}: found boxes [], expected an axis of four edges`);
  const axis = normalizeAxis(given, boxes.rank, operation);
  if (boxes.shape[axis] !== 4) {
    throw new ShapeError(
      `${operation}: found boxes ${formatShape(boxes.shape)}, expected four edges along axis ${axis}`,
    );
  }
  const shape = boxes.shape.toSpliced(axis, 1);
  if (mask !== undefined) checkMask(operation, mask, { shape });
  return scope(() => {
    const edges = [boxes, targets].flatMap((box) =>
      split(box, [1, 1, 1, 1], { axis }).map((edge) => reshape(edge, shape)),
    );
    const counted = mask === undefined ? edges : edges.map((edge) => hideMasked(edge, mask));
    return reduceLoss(operation, compute(counted), { ...options, ...(mask && { mask }) });
  });
}

/**
 * One minus the generalized overlap of boxes (Rezatofighi et al. 2019), which also draws boxes together that do not touch: torchvision's
 * `generalized_box_iou_loss`.
 *
 * Shapes: f32 or f16 [..., 4], left, top, right and bottom, twice the same -> f32 [], or [...] with reduction `none`. Throws ShapeError
 * for other shapes, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example generalizedBoxOverlap(tensor([[0, 0, 2, 2]]), tensor([[1, 0, 3, 2]])) // 0.6667
 */
export function generalizedBoxOverlap(boxes: Tensor, targets: Tensor, options: BoxLossOptions = {}): Tensor {
  checkOptions<BoxLossOptions>("generalizedBoxOverlap", options, { ...lossRules, axis: integer });
  generalized ??= build(8, generalizedFormula);
  const expression = generalized;
  return computeBoxLoss(
    "generalizedBoxOverlap",
    [boxes, targets],
    options,
    (edges) => evaluateExpression(expression, edges)[0]!,
  );
}

/**
 * One minus the overlap of boxes, plus terms for the distance of their middles and for their aspect ratios (Zheng et al. 2020, CIoU):
 * torchvision's `complete_box_iou_loss`.
 *
 * Shapes: f32 or f16 [..., 4], left, top, right and bottom, twice the same -> f32 [], or [...] with reduction `none`. Throws ShapeError
 * for other shapes, DTypeError for other dtypes, ArgumentError for options out of range.
 *
 * @example completeBoxOverlap(tensor([[0, 0, 2, 2]]), tensor([[1, 0, 3, 2]])) // 0.7436
 */
export function completeBoxOverlap(boxes: Tensor, targets: Tensor, options: BoxLossOptions = {}): Tensor {
  checkOptions<BoxLossOptions>("completeBoxOverlap", options, { ...lossRules, axis: integer });
  complete ??= build(9, completeFormula);
  aspectWeight ??= build(8, weighAspects);
  const [expression, weight] = [complete, aspectWeight];
  return computeBoxLoss("completeBoxOverlap", [boxes, targets], options, (edges) => {
    const constant = evaluateExpression(weight, edges.map(stopGradient))[0]!;
    return evaluateExpression(expression, [...edges, stopGradient(constant)])[0]!;
  });
}
