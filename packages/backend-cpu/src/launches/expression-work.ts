import type { Expression, ExpressionLaunch } from "@evenkeel/tensor";
import { operandsOf, sizeOf } from "@evenkeel/tensor";
import { assembleExpression } from "../expression/assemble.ts";
import type { KernelHandle, KernelRegistry } from "../kernels/kernel-registry.ts";

/** Elements of a chunk: a few microseconds of work, many times what it costs to claim it. */
const chunkElements = 8192;

type Geometry = Pick<ExpressionLaunch<unknown, unknown>, "shape" | "reads">;

/** Items are elements where there is one dimension, else rows of the innermost one. */
export function expressionWork({ shape }: Geometry): { items: number; chunk: number } {
  if (shape.length === 1) return { items: shape[0]!, chunk: chunkElements };
  const row = shape.at(-1)!;
  return { items: sizeOf(shape.slice(0, -1)), chunk: Math.max(1, Math.floor(chunkElements / row)) };
}

/** What the assembled function takes between its pointers and its scalars. */
export function geometryArgs({ shape, reads }: Geometry): number[] {
  return shape.length === 1 ? [] : [shape, ...reads.map(({ strides }) => strides)].flat();
}

/** The kernel of an expression walked in this way, assembled at its first use. Throws DTypeError for f16. */
export function expressionKernel(
  expression: Expression,
  { shape, reads }: Geometry,
  registry: KernelRegistry,
): KernelHandle {
  const layout = {
    rank: shape.length,
    innermost: reads.map(({ strides }) => (strides.at(-1) === 1 ? 1 : 0)),
  } as const;
  return registry.handleIn(
    `${expression.key}|${layout.rank}|${layout.innermost.join("")}`,
    () => assembleExpression(expression, layout),
    "run",
    nameOf(expression),
  );
}

function nameOf(expression: Expression): string {
  const functions = expression.nodes.filter((node) => operandsOf(node).length > 0).map(({ op }) => op);
  return `expression ${[...new Set(functions)].join(" ") || "copy"}`;
}
