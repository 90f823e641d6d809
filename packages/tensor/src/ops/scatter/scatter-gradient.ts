import { execute } from "../../core/executor.ts";
import { scope } from "../../core/memory/scope.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { GradientContext, Op } from "../../core/op.ts";
import { indexType } from "../../expression/dtype-kinds.ts";
import * as e from "../../expression/functions.ts";
import { fullOp } from "../creation/full.ts";
import { cast } from "../elementwise/cast.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { gather } from "../indexing/gather.ts";
import { take } from "../indexing/take.ts";
import { reshape } from "../movement/reshape.ts";
import type { Combination, ScatterAttributes } from "./attributes.ts";
import { needsIdentity } from "./attributes.ts";

/** The values that a gradient reads. */
export const listReads = ({ reduction }: ScatterAttributes): { inputs: number[]; outputs: number[] } =>
  reduction === "replace" || reduction === "sum"
    ? { inputs: [1], outputs: [] }
    : { inputs: [0, 1, 2], outputs: [0] };

/** What the rules of all reductions consist of. */
interface Parts {
  readonly attrs: ScatterAttributes;
  readonly indices: Tensor;
  /** Combines updates with a tensor of the shape of x, including it. */
  scatter(x: Tensor, updates: Tensor, reduction: Combination): Tensor;
  /** The elements of such a tensor that the updates belong to; 0 where the index is out of range. */
  select(x: Tensor): Tensor;
  /** Such a tensor with zeros where there are updates. */
  clear(x: Tensor): Tensor;
  fill(like: "x" | "updates", value: number): Tensor;
}

interface Gradients {
  readonly ofX: () => Tensor;
  readonly ofUpdates: () => Tensor;
}

function makeParts(
  op: Op<ScatterAttributes>,
  { inputs, inputSpecs, attrs, outputGradients }: GradientContext<ScatterAttributes>,
): Parts {
  const indices = inputs[1]!;
  const { axis, negative } = attrs;
  const options = { axis, negative, outOfRange: "zero" } as const;
  const { dtype, backend } = outputGradients[0]!;
  const parts: Parts = {
    attrs,
    indices,
    scatter: (x, updates, reduction) =>
      execute(op, [x, indices, updates], { ...attrs, outOfRange: "zero", includeSelf: true, reduction })[0]!,
    select: (x) => (attrs.elementwise ? gather : take)(x, indices, options),
    clear: (x) => parts.scatter(x, parts.fill("updates", 0), "replace"),
    fill: (like, value) => {
      const { shape } = inputSpecs[like === "x" ? 0 : 2]!;
      return execute(fullOp, [], { shape, dtype }, { scalars: [value], backend })[0]!;
    },
  };
  return parts;
}

/** Of several updates of an element, the last one replaces it. */
function differentiateReplacement(parts: Parts, op: Op<ScatterAttributes>, dy: Tensor): Gradients {
  return {
    ofX: () => parts.clear(dy),
    ofUpdates: () =>
      pointwise([parts.select(dy), findLast(parts, op, dy)], (slope, isLast) => e.select(isLast, slope, 0)),
  };
}

/** Whether each update is the last one of its element, as bool that broadcasts to the updates. */
function findLast({ attrs, indices }: Parts, op: Op<ScatterAttributes>, dy: Tensor): Tensor {
  const { axis, elementwise } = attrs;
  const places = pointwise([indices], (index) => e.cast(e.indexLike(index), "i32"));
  const shape = elementwise ? dy.shape : [dy.shape[axis]!];
  const none = execute(fullOp, [], { shape, dtype: indexType }, { scalars: [-1], backend: dy.backend })[0]!;
  const options = {
    axis: elementwise ? axis : 0,
    outOfRange: "zero" as const,
    negative: attrs.negative,
  };
  const last = execute(op, [none, indices, places], { ...attrs, ...options, reduction: "replace" })[0]!;
  const own = (elementwise ? gather : take)(last, indices, options);
  const isLast = pointwise([own, places], (value, place) => e.equal(value, place));
  const behind = dy.rank - axis - 1;
  return elementwise ? isLast : reshape(isLast, [...indices.shape, ...new Array<number>(behind).fill(1)]);
}

function differentiateSum(parts: Parts, dy: Tensor): Gradients {
  return {
    ofX: () => (needsIdentity(parts.attrs) ? parts.clear(dy) : dy),
    ofUpdates: () => parts.select(dy),
  };
}

/**
 * The gradient of each factor is the product of the others. It is the product of all factors but zeros, divided by the factor, if no
 * other factor is 0; otherwise it is 0.
 */
function differentiateProduct(parts: Parts, x: Tensor, updates: Tensor, dy: Tensor): Gradients {
  const isAnew = needsIdentity(parts.attrs);
  const first = isAnew ? parts.scatter(x, parts.fill("updates", 1), "replace") : x;
  const markZeros = (factors: Tensor): Tensor =>
    pointwise([factors], (factor) => e.cast(e.equal(factor, 0), "f32"));
  const withoutZeros = (factors: Tensor): Tensor =>
    pointwise([factors], (factor) => e.select(e.equal(factor, 0), 1, factor));
  const zeros = parts.scatter(markZeros(first), markZeros(updates), "sum");
  const product = parts.scatter(withoutZeros(first), withoutZeros(updates), "product");
  const multiply = (factors: Tensor, count: Tensor, all: Tensor, slope: Tensor): Tensor =>
    pointwise([factors, count, all, slope], (factor, zero, total, gradient) => {
      const isZero = e.equal(factor, 0);
      const others = e.sub(zero, e.cast(isZero, "f32"));
      return e.select(e.greater(others, 0), 0, e.mul(gradient, e.div(total, e.select(isZero, 1, factor))));
    });
  return {
    ofX: () => {
      const dx = multiply(first, zeros, product, dy);
      return isAnew ? parts.scatter(dx, parts.fill("updates", 0), "replace") : dx;
    },
    ofUpdates: () => multiply(updates, parts.select(zeros), parts.select(product), parts.select(dy)),
  };
}

/** All that are equal to the extreme share the gradient equally. */
function differentiateExtreme(parts: Parts, x: Tensor, updates: Tensor, y: Tensor, dy: Tensor): Gradients {
  const markEqual = (values: Tensor, extremes: Tensor): Tensor =>
    pointwise([values, extremes], (value, extreme) => e.cast(e.equal(value, extreme), "f32"));
  const isSelf = needsIdentity(parts.attrs) ? parts.clear(parts.fill("x", 1)) : markEqual(x, y);
  const isUpdate = markEqual(updates, parts.select(y));
  const ties = parts.scatter(cast(isSelf, dy.dtype), cast(isUpdate, dy.dtype), "sum");
  const share = pointwise([dy, ties], (gradient, count) =>
    e.div(gradient, e.select(e.equal(count, 0), 1, count)),
  );
  const give = (marks: Tensor, slope: Tensor): Tensor =>
    pointwise([marks, slope], (mark, gradient) => e.mul(mark, gradient));
  return { ofX: () => give(isSelf, share), ofUpdates: () => give(isUpdate, parts.select(share)) };
}

/** The gradients of x and of the updates, as PyTorch defines them. */
export function computeScatterGradients(
  op: Op<ScatterAttributes>,
  context: GradientContext<ScatterAttributes>,
): (Tensor | undefined)[] {
  const { inputs, inputSpecs, outputs, outputGradients, needed, attrs } = context;
  const [dy] = outputGradients as readonly [Tensor];
  const [x, , updates] = inputs;
  const results = scope(() => {
    const parts = makeParts(op, context);
    const { ofX, ofUpdates } = {
      replace: () => differentiateReplacement(parts, op, dy),
      sum: () => differentiateSum(parts, dy),
      product: () => differentiateProduct(parts, x!, updates!, dy),
      max: () => differentiateExtreme(parts, x!, updates!, outputs[0]!, dy),
      min: () => differentiateExtreme(parts, x!, updates!, outputs[0]!, dy),
    }[attrs.reduction]();
    return {
      x: needed[0] ? cast(ofX(), inputSpecs[0]!.dtype) : undefined,
      updates: needed[2] ? cast(ofUpdates(), inputSpecs[2]!.dtype) : undefined,
    };
  });
  return [results.x, undefined, results.updates];
}
