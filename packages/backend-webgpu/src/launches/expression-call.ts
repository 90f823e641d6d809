import type { BufferView, Expression, ExpressionLaunch, WgslKernel } from "@evenkeel/tensor";
import { sizeOf } from "@evenkeel/tensor";
import type { ExpressionLayout } from "../expression/layout.ts";
import { layoutOf } from "../expression/layout.ts";
import { gridOf, parameterValues } from "../expression/parameters.ts";
import { nameOfExpression, printExpression } from "../expression/print-wgsl.ts";
import type { Region } from "./bindings.ts";
import { isSameRegion } from "./bindings.ts";
import type { KernelCall } from "./launcher.ts";

interface PrintedExpression {
  readonly name: string;
  /** By layout. */
  readonly kernels: Map<string, WgslKernel>;
}

/** Turns launches of expressions into launches of kernels, each printed at its first use. */
export class ExpressionKernels {
  private readonly maxWorkgroups: number;
  private readonly printed = new Map<string, PrintedExpression>();

  constructor(maxWorkgroups: number) {
    this.maxWorkgroups = maxWorkgroups;
  }

  nameOf(expression: Expression): string {
    return this.printedOf(expression).name;
  }

  /** The kernel call of a launch with at least one point, over the regions of its operands. */
  callOf(
    launch: ExpressionLaunch<BufferView, never>,
    reads: readonly Region[],
    writes: readonly Region[],
  ): KernelCall {
    const { expression, shape } = launch;
    const layout = this.layoutWithin(launch, reads, writes);
    const { name, kernels } = this.printedOf(expression);
    const key = keyOf(layout);
    let kernel = kernels.get(key);
    if (kernel === undefined) {
      kernel = printExpression(expression, layout);
      kernels.set(key, kernel);
    }
    const workgroups = gridOf(sizeOf(shape), this.maxWorkgroups);
    return {
      name,
      kernel,
      reads: reads.map((read, index) => (layout.reads[index]!.sharedWith === undefined ? read : undefined)),
      writes,
      parameters: parameterValues(launch, layout, workgroups[0]),
      workgroups,
    };
  }

  /** An input that is an output's memory, element for element, shares its binding. */
  private layoutWithin(
    { expression, shape, reads }: ExpressionLaunch<BufferView, never>,
    readRegions: readonly Region[],
    writes: readonly Region[],
  ): ExpressionLayout {
    const layout = layoutOf(
      shape,
      reads.map(({ strides }) => strides),
    );
    const sharedWith = readRegions.map((region, read) => {
      if (layout.reads[read]!.kind !== "linear") return undefined;
      const output = writes.findIndex((write) => isSameRegion(write, region));
      const isSame = output >= 0 && expression.outputs[output]!.dtype === expression.inputs[read];
      return isSame ? output : undefined;
    });
    if (sharedWith.every((output) => output === undefined)) return layout;
    return {
      ...layout,
      reads: layout.reads.map((read, index) => ({ ...read, sharedWith: sharedWith[index] })),
    };
  }

  private printedOf(expression: Expression): PrintedExpression {
    let printed = this.printed.get(expression.key);
    if (printed === undefined) {
      printed = { name: nameOfExpression(expression), kernels: new Map() };
      this.printed.set(expression.key, printed);
    }
    return printed;
  }
}

function keyOf({ walk, rank, reads }: ExpressionLayout): string {
  let key = walk === "line" ? walk : `${walk} ${rank}`;
  for (const { kind, sharedWith } of reads) key += ` ${kind}${sharedWith ?? ""}`;
  return key;
}
