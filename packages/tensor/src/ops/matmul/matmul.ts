import { checkOptions, checkTensors } from "../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../checks/errors.ts";
import { yesOrNo } from "../../checks/rules.ts";
import { execute } from "../../core/executor.ts";
import type { Tensor } from "../../core/memory/tensor.ts";
import type { GradientContext, Op } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { countElements, formatShape } from "../../core/spec.ts";
import { reshape } from "../movement/reshape.ts";
import { sumTo } from "../reduction/sum.ts";
import { applyEpilogue, computeEpilogueGradients, listEpilogueReads } from "./epilogue.ts";
import { matmulFamily } from "./matmul-family.ts";
import { runMatmulLoops } from "./matmul-loops.ts";
import type { MatmulAttributes } from "./matmul-shape.ts";
import { computeMatmulOutput, takeLastTwo } from "./matmul-shape.ts";

/** The inputs are a, b, and those of the epilogue; a and b have at least two dimensions. */
export const matmulOp: Op<MatmulAttributes> = {
  name: "matmul",
  outputs: (inputs, attrs) => [computeMatmulOutput(inputs, attrs)],
  meaning: {
    loops: (inputs, [c], attrs, scalars) => {
      runMatmulLoops(inputs[0]!, inputs[1]!, c!, attrs);
      applyEpilogue(c!, inputs, attrs, scalars);
    },
  },
  gradient: {
    reads: listEpilogueReads,
    apply: computeMatmulGradient,
  },
  family: matmulFamily,
};

/** da = dc bᵀ and db = aᵀ dc; an operand that was transposed gets its gradient transposed. */
function computeMatmulGradient(context: GradientContext<MatmulAttributes>): (Tensor | undefined)[] {
  const { inputs, inputSpecs, needed, attrs } = context;
  const [a, b] = inputs as [Tensor, Tensor];
  const { transposeA, transposeB } = attrs;
  const { ofProduct: dc, ofExtras } = computeEpilogueGradients(context, () =>
    matmul(a, b, { transposeA, transposeB }),
  );
  const [ofA, ofB] = inputSpecs as [Spec, Spec];
  const gradientOfA = () =>
    transposeA
      ? productAs(ofA, b, dc, { transposeA: transposeB, transposeB: true })
      : productAs(ofA, dc, b, { transposeA: false, transposeB: !transposeB });
  const gradientOfB = () =>
    transposeB
      ? productAs(ofB, dc, a, { transposeA: true, transposeB: transposeA })
      : productAs(ofB, a, dc, { transposeA: !transposeA, transposeB: false });
  return [
    needed[0] ? sumTo(gradientOfA(), inputSpecs[0]!.shape) : undefined,
    needed[1] ? sumTo(gradientOfB(), inputSpecs[1]!.shape) : undefined,
    ...ofExtras,
  ];
}

/** The product in the dtype of a spec. */
const productAs = ({ dtype }: Spec, a: Tensor, b: Tensor, attrs: MatmulAttributes): Tensor =>
  matrixProduct(a, b, a.dtype === dtype ? attrs : { ...attrs, dtype });

export interface MatmulOptions {
  /** Whether the last two dimensions of a, or of b, are swapped first. Nothing is copied. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * The matrix product, batched over leading dimensions that broadcast.
 *
 * Shapes: [..., m, k] and [..., k, n] -> [..., m, n]. A vector is a row on the left and a column on the right, and its dimension
 * is absent from the result, as in PyTorch. Throws ShapeError when the shapes do not fit, DTypeError unless both are
 * floats. The product has the dtype of a.
 *
 * @example matmul(tensor([[1, 2], [3, 4]]), tensor([1, 1])) // [3, 7]
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  checkTensors("matmul", a, b);
  checkOptions<MatmulOptions>("matmul", options, { transposeA: yesOrNo, transposeB: yesOrNo });
  const { transposeA = false, transposeB = false } = options;
  if (a.rank >= 2 && b.rank >= 2) return matrixProduct(a, b, { transposeA, transposeB });
  if (a.rank === 0 || b.rank === 0) {
    throw new ShapeError(
      `matmul: found ${formatShape(a.shape)} times ${formatShape(b.shape)}, expected one dimension or more`,
    );
  }
  if ((a.rank === 1 && transposeA) || (b.rank === 1 && transposeB)) {
    throw new ArgumentError("matmul: found a vector to transpose, expected two dimensions or more");
  }
  const product = matrixProduct(
    a.rank === 1 ? reshape(a, [1, ...a.shape]) : a,
    b.rank === 1 ? reshape(b, [...b.shape, 1]) : b,
    { transposeA, transposeB },
  );
  const batch = product.shape.slice(0, -2);
  const [rows, columns] = takeLastTwo(product.shape, false);
  return reshape(product, [...batch, ...(a.rank === 1 ? [] : [rows]), ...(b.rank === 1 ? [] : [columns])]);
}

/** Computes a batch of matrices times a single matrix as one product with more rows. */
function matrixProduct(a: Tensor, b: Tensor, attrs: MatmulAttributes): Tensor {
  if (a.rank === 2 || b.rank !== 2 || attrs.transposeA) return execute(matmulOp, [a, b], attrs)[0]!;
  const product = execute(matmulOp, [asRows(a), b], attrs)[0]!;
  return reshape(product, [...a.shape.slice(0, -1), product.shape[1]!]);
}

/** Merges all dimensions but the last. */
export function asRows(x: Tensor): Tensor {
  return x.rank === 2 ? x : reshape(x, [countElements(x.shape.slice(0, -1)), x.shape.at(-1)!]);
}
