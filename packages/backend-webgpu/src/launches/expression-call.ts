import type { BufferView, Expression, ExpressionLaunch, WgslKernel } from "@evenkeel/tensor";
import { countElements } from "@evenkeel/tensor";
import type { ExpressionLayout } from "../expression/layout.ts";
import { isBound, layOutStrides } from "../expression/layout.ts";
import type { Parameter } from "../expression/parameters.ts";
import { foldPoints, listParameters } from "../expression/parameters.ts";
import { nameExpression, printExpression } from "../expression/print-wgsl.ts";
import type { Region } from "./bindings.ts";
import { isSameRegion } from "./bindings.ts";
import type { KernelCall } from "./launcher.ts";

interface PrintedKernel {
  readonly kernel: WgslKernel;
  readonly parameters: readonly Parameter[];
}

interface PrintedExpression {
  readonly name: string;
  /** The calls by the key of their layout. */
  readonly kernels: Map<string, PrintedKernel>;
}

type LimitNames = "maxComputeWorkgroupsPerDimension" | "maxStorageBuffersPerShaderStage";

/** Turns launches of expressions into launches of kernels, each printed at its first use. */
export class ExpressionKernels {
  private readonly maxWorkgroups: number;
  private readonly maxBindings: number;
  private readonly features: ReadonlySet<string>;
  private readonly printed = new Map<string, PrintedExpression>();

  constructor(limits: Pick<GPUSupportedLimits, LimitNames>, features: ReadonlySet<string>) {
    this.features = features;
    this.maxWorkgroups = limits.maxComputeWorkgroupsPerDimension;
    this.maxBindings = limits.maxStorageBuffersPerShaderStage;
  }

  getName(expression: Expression): string {
    return this.getPrinted(expression).name;
  }

  /** The kernel call of a launch with at least one point, over the regions of its operands. */
  makeCall(
    launch: ExpressionLaunch<BufferView, never>,
    reads: readonly Region[],
    writes: readonly Region[],
  ): KernelCall {
    const { expression, shape } = launch;
    const layout = this.packInputs(computeLayoutWithin(launch, reads, writes), writes.length);
    const { name, kernels } = this.getPrinted(expression);
    const key = makeLayoutKey(layout);
    let printed = kernels.get(key);
    if (printed === undefined) {
      printed = {
        kernel: printExpression(expression, layout, this.features),
        parameters: listParameters(expression, layout),
      };
      kernels.set(key, printed);
    }
    const workgroups = foldPoints(countElements(shape), this.maxWorkgroups);
    const packed = reads.filter((_, read) => layout.reads[read]!.isPacked);
    let word = 0;
    const bases = reads.map(({ bytes }, read) => {
      if (!layout.reads[read]!.isPacked) return undefined;
      const base = word;
      word += bytes / 4;
      return base;
    });
    const call = { ...launch, width: workgroups[0], bases };
    return {
      name,
      kernel: printed.kernel,
      reads: reads.filter((_, read) => isBound(layout.reads[read]!)),
      writes,
      packed,
      parameters: printed.parameters.map(({ valueIn }) => valueIn(call)),
      workgroups,
    };
  }

  /** Packs the last inputs into one binding where there are more operands than bindings. */
  private packInputs(layout: ExpressionLayout, writes: number): ExpressionLayout {
    const bound = layout.reads.filter(isBound).length;
    if (bound + writes <= this.maxBindings) return layout;
    let left = bound + writes + 1 - this.maxBindings;
    const reads = [...layout.reads];
    for (let read = reads.length - 1; read >= 0 && left > 0; read--) {
      if (!isBound(reads[read]!)) continue;
      reads[read] = { ...reads[read]!, isPacked: true };
      left--;
    }
    return { ...layout, reads };
  }

  private getPrinted(expression: Expression): PrintedExpression {
    let printed = this.printed.get(expression.key);
    if (printed === undefined) {
      printed = { name: nameExpression(expression), kernels: new Map() };
      this.printed.set(expression.key, printed);
    }
    return printed;
  }
}

/** An input that is an output's memory, element for element, shares its binding. */
function computeLayoutWithin(
  { expression, shape, reads }: ExpressionLaunch<BufferView, never>,
  readRegions: readonly Region[],
  writes: readonly Region[],
): ExpressionLayout {
  const layout = layOutStrides(
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

function makeLayoutKey({ walk, rank, reads }: ExpressionLayout): string {
  let key = walk === "line" ? walk : `${walk} ${rank}`;
  for (const { kind, sharedWith, isPacked } of reads) key += ` ${kind}${isPacked ? "p" : (sharedWith ?? "")}`;
  return key;
}
