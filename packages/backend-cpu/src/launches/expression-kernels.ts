import type { Expression, ExpressionLaunch } from "@evenkeel/tensor";
import { countElements, listOperands } from "@evenkeel/tensor";
import { assembleExpression } from "../expression/assemble.ts";
import type { KernelHandle, KernelRegistry } from "../kernels/kernel-registry.ts";

/** Elements in a chunk: a few microseconds of work, many times the cost of claiming it. */
const chunkElements = 8192;

type Geometry = Pick<ExpressionLaunch<unknown, unknown>, "shape" | "reads">;

/** Items are elements where there is one dimension, else rows of the innermost one. */
export function computeWork(shape: readonly number[]): { items: number; chunk: number } {
  if (shape.length === 1) return { items: shape[0]!, chunk: chunkElements };
  const row = Math.max(1, shape.at(-1)!);
  return { items: countElements(shape) / row, chunk: Math.max(1, Math.floor(chunkElements / row)) };
}

/** Appends the arguments that an assembled function takes between its pointers and its scalars. */
export function pushGeometry(args: number[], { shape, reads }: Geometry): void {
  if (shape.length === 1) return;
  args.push(...shape);
  for (const { strides } of reads) args.push(...strides);
}

/** The kernels of expressions, assembled at their first use for each way to walk the operands. */
export class ExpressionKernels {
  private readonly registry: KernelRegistry;
  private readonly known = new WeakMap<Expression, Map<string, KernelHandle>>();

  constructor(registry: KernelRegistry) {
    this.registry = registry;
  }

  /** Throws DTypeError for f16. */
  getHandle(expression: Expression, geometry: Geometry): KernelHandle {
    let layouts = this.known.get(expression);
    if (layouts === undefined) {
      layouts = new Map();
      this.known.set(expression, layouts);
    }
    const layout = makeLayoutKey(geometry);
    let handle = layouts.get(layout);
    if (handle === undefined) {
      handle = this.assemble(expression, geometry, layout);
      layouts.set(layout, handle);
    }
    return handle;
  }

  private assemble(expression: Expression, { shape, reads }: Geometry, layout: string): KernelHandle {
    const innermost = reads.map(({ strides }) => (strides.at(-1) === 1 ? 1 : 0));
    return this.registry.handleIn(
      `${expression.key}|${layout}`,
      () => assembleExpression(expression, { rank: shape.length, innermost }),
      "run",
      nameExpression(expression),
    );
  }
}

/** The rank, then the innermost stride of each read, as a key. */
function makeLayoutKey({ shape, reads }: Geometry): string {
  let layout = `${shape.length}:`;
  for (const { strides } of reads) layout += strides[shape.length - 1] === 1 ? "1" : "0";
  return layout;
}

function nameExpression(expression: Expression): string {
  const functions = expression.nodes.filter((node) => listOperands(node).length > 0).map(({ op }) => op);
  return `expression ${[...new Set(functions)].join(" ") || "copy"}`;
}
