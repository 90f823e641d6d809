import { checkValue } from "../../../checks/check.ts";
import { ArgumentError, ShapeError } from "../../../checks/errors.ts";
import { callable } from "../../../checks/rules.ts";
import { execute, withExecutor } from "../../../core/executor.ts";
import { listTensors, rejectPromise, scope } from "../../../core/memory/scope.ts";
import type { Tensor } from "../../../core/memory/tensor.ts";
import { isTensor } from "../../../core/memory/tensor.ts";
import { broadcastShapes, formatShape, isSameShape } from "../../../core/spec.ts";
import { fusedOp } from "./fused.ts";
import type { FusedFunction } from "./trace.ts";
import { Trace } from "./trace.ts";

/**
 * The number of expressions after which the cache is cleared: a function whose operations change from call to call
 * would fill memory.
 */
const expressionsKept = 64;

/**
 * A function of elementwise operations that runs as one launch: each input is read once, and no intermediate result is stored.
 *
 * Every call runs `f` on placeholders, so `f` may close over other tensors and over numbers that change: numbers are passed
 * as scalars, and only a different sequence of operations or different specs create a new expression. The derivative is
 * also one launch.
 *
 * Shapes: the arguments broadcast; all results have one shape. Throws ArgumentError when `f` calls an operation that is
 * not elementwise (it names the operation) or returns no tensor, ShapeError if the results differ in shape or random
 * numbers are drawn in a different shape.
 *
 * @example
 * const affineRelu = fuse((x: Tensor, scale: Tensor, shift: number) => relu(add(mul(x, scale), shift)));
 * const y = affineRelu(x, scale, 1);
 */
export function fuse<Arguments extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  f: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  checkValue("fuse", f, callable);
  const known = new Map<string, FusedFunction>();
  return (...args) =>
    scope(() => {
      const [first] = listTensors(args);
      const trace = new Trace(first?.backend);
      try {
        const result = withExecutor(trace, () => f(...args));
        rejectPromise(result, "fuse");
        const outputs = launchTrace(trace, checkResults(result), known);
        return (isTensor(result) ? outputs[0]! : outputs) as Result;
      } finally {
        trace.release();
      }
    });
}

function checkResults(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  const outputs = [result].flat();
  if (outputs.length === 0 || !outputs.every(isTensor)) {
    throw new ArgumentError("fuse: found a function without a result, expected one tensor or several");
  }
  if (!outputs.every(({ shape }) => isSameShape(shape, outputs[0]!.shape))) {
    const shapes = outputs.map(({ shape }) => formatShape(shape)).join(" and ");
    throw new ShapeError(`fuse: found results of shapes ${shapes}, expected one shape`);
  }
  return outputs;
}

function launchTrace(trace: Trace, outputs: readonly Tensor[], known: Map<string, FusedFunction>): Tensor[] {
  const key = trace.makeKey(outputs.map((output) => trace.getNumber(output)));
  let fused = known.get(key);
  if (fused === undefined) {
    if (known.size >= expressionsKept) known.clear();
    fused = trace.build(outputs);
    known.set(key, fused);
  }
  const inputs = fused.reads.map((input) => trace.inputs[input]!);
  const { expression } = fused;
  const { shape } = outputs[0]!;
  const isImplied = isSameShape(
    broadcastShapes(
      inputs.map((input) => input.shape),
      "fuse",
    ),
    shape,
  );
  const attrs = isImplied ? { expression } : { expression, shape };
  return execute(fusedOp, inputs, attrs, { scalars: trace.scalars, backend: trace.backend });
}
