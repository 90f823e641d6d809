import type { PlannedLaunch, RangeCheck, Work } from "../../../core/devices/launch.ts";
import { makeWasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { countItemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { countElements } from "../../../core/spec.ts";
import { computeLines } from "../../movement/lines.ts";
import { makePlan } from "../../movement/view.ts";
import type { CrossEntropyAttributes, SoftmaxGradientAttributes } from "../attributes.ts";
import { softmaxKernels } from "./softmax.kernels.ts";
import { module } from "./softmax.wasm.ts";

/** The properties that launches over lines share. */
interface LinesLaunch {
  readonly parameters: { readonly length: number; readonly inner: number };
  readonly work: Work;
}

/** One launch over lines of `x`; an item is a row, or four columns. */
function planLines(x: Spec, axis: number, makeLaunch: (common: LinesLaunch) => PlannedLaunch): Plan {
  const { outer, length, inner } = computeLines(x.shape, axis);
  if (countElements(x.shape) === 0) return makePlan([]);
  const launch = makeLaunch({
    parameters: { length, inner },
    work: {
      items: outer * Math.ceil(inner / 4),
      // An exponential costs about as much as ten additions.
      chunk: countItemsPerChunk(10 * length * Math.min(4, inner)),
    },
  });
  return makePlan([launch]);
}

export const planSoftmax = (entry: "softmax" | "logSoftmax", x: Spec, axis: number): Plan =>
  planLines(x, axis, (common) =>
    planLaunch(makeWasmKernel(module, entry, softmaxKernels), {
      reads: { x: { input: 0 } },
      writes: { y: { output: 0 } },
      ...common,
    }),
  );

export const planSoftmaxGradient = (y: Spec, { axis, scale = 1 }: SoftmaxGradientAttributes): Plan =>
  planLines(y, axis, ({ parameters, work }) =>
    planLaunch(makeWasmKernel(module, "softmaxGradient", softmaxKernels), {
      reads: { y: { input: 0 }, dy: { input: 1 } },
      writes: { dx: { output: 0 } },
      parameters: { ...parameters, scale },
      work,
    }),
  );

export const planLogSoftmaxGradient = (y: Spec, axis: number): Plan =>
  planLines(y, axis, (common) =>
    planLaunch(makeWasmKernel(module, "logSoftmaxGradient", softmaxKernels), {
      reads: { y: { input: 0 }, dy: { input: 1 } },
      writes: { dx: { output: 0 } },
      ...common,
    }),
  );

/** The properties that launches over samples share. */
function prepareSamples(logits: Spec, attrs: CrossEntropyAttributes) {
  const [n, classes] = logits.shape as [number, number];
  return {
    parameters: { classes, smoothing: attrs.labelSmoothing, ignored: attrs.ignoreIndex },
    work: { items: n, chunk: countItemsPerChunk(10 * classes) },
  };
}

export function planCrossEntropy(logits: Spec, attrs: CrossEntropyAttributes, check: RangeCheck): Plan {
  const samples = prepareSamples(logits, attrs);
  if (samples.work.items === 0) return makePlan([]);
  return makePlan([
    planLaunch(makeWasmKernel(module, "crossEntropy", softmaxKernels), {
      reads: { x: { input: 0 }, labels: { input: 1 } },
      writes: { loss: { output: 0 } },
      ...samples,
      check,
    }),
  ]);
}

export function planCrossEntropyGradient(logits: Spec, attrs: CrossEntropyAttributes): Plan {
  const samples = prepareSamples(logits, attrs);
  if (samples.work.items === 0) return makePlan([]);
  return makePlan([
    planLaunch(makeWasmKernel(module, "crossEntropyGradient", softmaxKernels), {
      reads: { x: { input: 0 }, labels: { input: 1 }, dLoss: { input: 2 } },
      writes: { dx: { output: 0 } },
      ...samples,
    }),
  ]);
}
