import type { RangeCheck } from "../../core/launch.ts";
import { wasmKernel } from "../../core/launch.ts";
import type { Plan } from "../../core/op.ts";
import type { Spec } from "../../core/spec.ts";
import { sizeOf } from "../../core/spec.ts";
import { itemsPerChunk } from "../../core/work.ts";
import { linesAlong } from "../movement/lines.ts";
import type { CrossEntropyAttributes } from "./softmax-cross-entropy.ts";
import { module } from "./wasm/softmax.wasm.ts";

export interface AxisAttributes {
  /** Counted from the front. */
  readonly axis: number;
}

/** One launch over lines of `x`; an item is a row, or four columns. All inputs have the shape of the output. */
export function softmaxPlan(entry: string, inputs: number, x: Spec, axis: number): Plan {
  const { outer, length, inner } = linesAlong(x.shape, axis);
  if (sizeOf(x.shape) === 0) return { launches: [], temporaries: [], aliases: [] };
  return {
    launches: [
      {
        kind: "kernel",
        kernel: wasmKernel(module, entry),
        reads: Array.from({ length: inputs }, (_, input) => ({ input })),
        writes: [{ output: 0 }],
        parameters: [length, inner],
        work: {
          items: outer * Math.ceil(inner / 4),
          // An exponential costs about as much as ten additions.
          chunk: itemsPerChunk(10 * length * Math.min(4, inner)),
        },
      },
    ],
    temporaries: [],
    aliases: [],
  };
}

/** One launch over samples: logits, labels and, for the gradient, dLoss are read. */
export function crossEntropyPlan(
  entry: string,
  inputs: number,
  logits: Spec,
  attrs: CrossEntropyAttributes,
  check?: RangeCheck,
): Plan {
  const [n, classes] = logits.shape as [number, number];
  return {
    launches:
      n === 0
        ? []
        : [
            {
              kind: "kernel",
              kernel: wasmKernel(module, entry),
              reads: Array.from({ length: inputs }, (_, input) => ({ input })),
              writes: [{ output: 0 }],
              parameters: [classes, attrs.labelSmoothing, attrs.ignoreIndex],
              work: { items: n, chunk: itemsPerChunk(10 * classes) },
              check,
            },
          ],
    temporaries: [],
    aliases: [],
  };
}
