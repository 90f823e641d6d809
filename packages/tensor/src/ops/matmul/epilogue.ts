import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { checkDType } from "../../core/check-dtype.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { GradientContext, ReferenceArray } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { broadcastShapes, broadcastStrides, formatShape, formatSpec, isSameShape } from "../../core/spec.ts";
import { differentiate } from "../../expression/differentiate.ts";
import { floatTypes } from "../../expression/dtype-kinds.ts";
import { makeEvaluator } from "../../expression/evaluate.ts";
import type { Expression, Value } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import * as e from "../../expression/functions.ts";
import { cast } from "../elementwise/cast.ts";
import { evaluateExpression } from "../elementwise/fusion/fused.ts";
import { pointwise } from "../elementwise/fusion/pointwise.ts";
import { sumTo } from "../reduction/sum.ts";

/** An activation that a product or a convolution applies without another pass over memory. */
export type Activation = "none" | "relu" | { readonly leakyRelu: number };

/** An epilogue that kernels apply themselves: an optional addend, then x where it is positive and `slope` x elsewhere. */
export interface PlainEpilogue {
  readonly hasAddend: boolean;
  readonly slope: number;
}

export interface ProductEpilogue {
  /**
   * The value that replaces each element: a function of the element (input 0) and of the op's inputs from the third on,
   * which broadcast to the output.
   */
  readonly expression: Expression;
  /** The same epilogue for kernels that apply it themselves; absent if it is more general. */
  readonly plain?: PlainEpilogue;
}

export interface EpilogueAttributes {
  readonly epilogue?: ProductEpilogue;
}

function activate(x: Value, activation: Activation): Value {
  if (activation === "none") return x;
  // As in relu, a comparison makes the slope at 0 zero and preserves NaN.
  return e.select(e.lessEqual(x, 0), activation === "relu" ? 0 : e.mul(x, activation.leakyRelu), x);
}

/**
 * The epilogue of a bias and an activation; undefined if there is neither. Throws ArgumentError for an unknown activation.
 */
export function makeEpilogue(
  operation: string,
  hasBias: boolean,
  activation: Activation = "none",
): ProductEpilogue | undefined {
  const isLeaky = typeof activation === "object" && Number.isFinite(activation?.leakyRelu);
  if (!isLeaky && activation !== "none" && activation !== "relu") {
    throw new ArgumentError(
      `${operation}: activation: found ${JSON.stringify(activation)}, expected "none", "relu" or { leakyRelu: slope }`,
    );
  }
  if (!hasBias && activation === "none") return undefined;
  const key = `${hasBias} ${isLeaky ? activation.leakyRelu : activation}`;
  let epilogue = epilogues.get(key);
  if (epilogue === undefined) {
    if (epilogues.size >= epiloguesKept) epilogues.clear();
    epilogue = buildEpilogue(hasBias, activation);
    epilogues.set(key, epilogue);
  }
  return epilogue;
}

/** Layers ask for the same ones in every step. */
const epilogues = new Map<string, ProductEpilogue>();
/** The number of epilogues after which they are forgotten: a program may use ever new slopes. */
const epiloguesKept = 64;

function buildEpilogue(hasBias: boolean, activation: Activation): ProductEpilogue {
  const expression = buildExpression({ inputs: hasBias ? ["f32", "f32"] : ["f32"] }, ([product, bias]) =>
    activate(hasBias ? e.add(product!, bias!) : product!, activation),
  );
  const slope = getSlope(activation);
  // The gradient needs the sign of the input, which the output preserves only for positive slopes.
  const isPlain = slope > 0 || activation === "relu";
  return { expression, ...(isPlain && { plain: { hasAddend: hasBias, slope } }) };
}

function getSlope(activation: Activation): number {
  if (activation === "none") return 1;
  return activation === "relu" ? 0 : activation.leakyRelu;
}

/** The epilogue for a kernel that applies it itself; undefined for an epilogue that is more general. */
export const toPlainEpilogue = (epilogue: ProductEpilogue | undefined): PlainEpilogue | undefined =>
  epilogue === undefined ? { hasAddend: false, slope: 1 } : epilogue.plain;

/**
 * The spec of the output of an op with an epilogue, from that of the product alone. Throws DTypeError or ShapeError for
 * extra inputs that do not fit.
 */
export function computeEpilogueOutput(
  operation: string,
  { shape, dtype }: Spec,
  inputs: readonly (Spec | undefined)[],
  { epilogue }: EpilogueAttributes,
): Spec {
  const extras = inputs.slice(2);
  const expected = (epilogue?.expression.inputs.length ?? 1) - 1;
  if (extras.length !== expected || extras.includes(undefined)) {
    throw new ArgumentError(
      `${operation}: found ${extras.map(formatSpec).join(", ") || "nothing"} for the epilogue, expected ${expected} tensors`,
    );
  }
  for (const extra of extras as Spec[]) {
    checkDType(operation, "epilogue", extra, ...floatTypes);
    if (!isSameShape(broadcastShapes([shape, extra.shape], operation), shape)) {
      throw new ShapeError(
        `${operation}: found ${formatShape(extra.shape)}, expected a shape that broadcasts to ${formatShape(shape)}`,
      );
    }
  }
  return { shape, dtype };
}

/** Applies the epilogue to every element of `output`, the product alone. */
export function applyEpilogue(
  output: ReferenceArray,
  inputs: readonly (ReferenceArray | undefined)[],
  { epilogue }: EpilogueAttributes,
  scalars: readonly number[],
): void {
  if (epilogue === undefined) return;
  const evaluate = makeEvaluator(epilogue.expression);
  const extras = inputs.slice(2) as ReferenceArray[];
  const strides = extras.map((extra) => broadcastStrides(extra.shape, output.shape));
  for (let index = 0; index < output.data.length; index++) {
    const values = [output.data[index]!];
    extras.forEach(({ data }, extra) => {
      let rest = index;
      let offset = 0;
      for (let axis = output.shape.length - 1; axis >= 0; axis--) {
        offset += (rest % output.shape[axis]!) * strides[extra]![axis]!;
        rest = Math.floor(rest / output.shape[axis]!);
      }
      values.push(data[offset]!);
    });
    output.data[index] = evaluate(values, scalars, index)[0]!;
  }
}

/** The tensors that the gradient reads: the operands of the product, and what the gradient of the epilogue needs. */
export function listEpilogueReads({ epilogue }: EpilogueAttributes): {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
} {
  const plain = toPlainEpilogue(epilogue);
  if (plain !== undefined) return { inputs: [0, 1], outputs: plain.slope === 1 ? [] : [0] };
  return { inputs: [0, ...epilogue!.expression.inputs.map((_, input) => input + 1)], outputs: [] };
}

export interface EpilogueGradients {
  readonly ofProduct: Tensor;
  /** The gradients of the op's inputs from the third on; undefined for those that are not needed. */
  readonly ofExtras: readonly (Tensor | undefined)[];
}

/** The gradients of the epilogue. `product` is called if the product alone must be computed again. */
export function computeEpilogueGradients(
  context: GradientContext<EpilogueAttributes>,
  product: () => Tensor,
): EpilogueGradients {
  const { epilogue } = context.attrs;
  const dy = context.outputGradients[0]!;
  const specs = context.inputSpecs.slice(2) as Spec[];
  const isNeeded = (extra: number): boolean => context.needed[extra + 2]!;
  const plain = toPlainEpilogue(epilogue);
  if (plain !== undefined) {
    const ofProduct = plain.slope === 1 ? dy : maskBySign(dy, context.outputs[0]!, plain.slope);
    return {
      ofProduct,
      ofExtras: specs.map(({ shape, dtype }, extra) =>
        isNeeded(extra) ? sumTo(cast(ofProduct, dtype), shape) : undefined,
      ),
    };
  }
  const extras = specs.flatMap((_, extra) => (isNeeded(extra) ? [extra] : []));
  const derivative = differentiate(epilogue!.expression, {
    needed: [0, ...extras.map((extra) => extra + 1)],
    given: [0],
  });
  const operands = [product(), ...context.inputs.slice(2).map((tensor) => tensor!), dy];
  const inputs = operands.map((operand) => cast(operand, "f32"));
  const [ofProduct, ...rest] = evaluateExpression(derivative, inputs, { scalars: context.scalars });
  const ofExtras: (Tensor | undefined)[] = specs.map(() => undefined);
  extras.forEach((extra, position) => {
    ofExtras[extra] = cast(sumTo(rest[position]!, specs[extra]!.shape), specs[extra]!.dtype);
  });
  return { ofProduct: cast(ofProduct!, dy.dtype), ofExtras };
}

/** dy where the output was positive, slope dy elsewhere. */
function maskBySign(dy: Tensor, y: Tensor, slope: number): Tensor {
  return pointwise([dy, y], (gradient, output) =>
    e.select(e.lessEqual(output, 0), slope === 0 ? 0 : e.mul(gradient, slope), gradient),
  );
}
