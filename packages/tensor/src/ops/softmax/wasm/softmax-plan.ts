import type { PlannedLaunch, RangeCheck, Work } from "../../../core/devices/launch.ts";
import { wasmKernel } from "../../../core/devices/launch.ts";
import type { Plan } from "../../../core/op.ts";
import { planLaunch } from "../../../core/plans/plan-launch.ts";
import { itemsPerChunk } from "../../../core/plans/work.ts";
import type { Spec } from "../../../core/spec.ts";
import { sizeOf } from "../../../core/spec.ts";
import { linesAlong } from "../../movement/lines.ts";
import { launchesOnly } from "../../movement/view.ts";
import type { CrossEntropyAttributes } from "../attributes.ts";
import { softmaxKernels } from "./softmax.kernels.ts";
import { module } from "./softmax.wasm.ts";

/** The properties that launches over lines share. */
interface LinesLaunch {
  readonly parameters: { readonly length: number; readonly inner: number };
  readonly work: Work;
}

/** One launch over lines of `x`; an item is a row, or four columns. */
function linesPlan(x: Spec, axis: number, launchOf: (common: LinesLaunch) => PlannedLaunch): Plan {
  const { outer, length, inner } = linesAlong(x.shape, axis);
  if (sizeOf(x.shape) === 0) return launchesOnly([]);
  const launch = launchOf({
    parameters: { length, inner },
    work: {
      items: outer * Math.ceil(inner / 4),
      // An exponential costs about as much as ten additions.
      chunk: itemsPerChunk(10 * length * Math.min(4, inner)),
    },
  });
  return launchesOnly([launch]);
}

export const softmaxPlan = (entry: "softmax" | "logSoftmax", x: Spec, axis: number): Plan =>
  linesPlan(x, axis, (common) =>
    planLaunch(wasmKernel(module, entry, softmaxKernels), {
      reads: { x: { input: 0 } },
      writes: { y: { output: 0 } },
      ...common,
    }),
  );

export const softmaxGradientPlan = (
  entry: "softmaxGradient" | "logSoftmaxGradient",
  y: Spec,
  axis: number,
): Plan =>
  linesPlan(y, axis, (common) =>
    planLaunch(wasmKernel(module, entry, softmaxKernels), {
      reads: { y: { input: 0 }, dy: { input: 1 } },
      writes: { dx: { output: 0 } },
      ...common,
    }),
  );

/** The properties that launches over samples share. */
function samplesOf(logits: Spec, attrs: CrossEntropyAttributes) {
  const [n, classes] = logits.shape as [number, number];
  return {
    parameters: { classes, smoothing: attrs.labelSmoothing, ignored: attrs.ignoreIndex },
    work: { items: n, chunk: itemsPerChunk(10 * classes) },
  };
}

export function crossEntropyPlan(logits: Spec, attrs: CrossEntropyAttributes, check: RangeCheck): Plan {
  const samples = samplesOf(logits, attrs);
  if (samples.work.items === 0) return launchesOnly([]);
  return launchesOnly([
    planLaunch(wasmKernel(module, "crossEntropy", softmaxKernels), {
      reads: { x: { input: 0 }, labels: { input: 1 } },
      writes: { loss: { output: 0 } },
      ...samples,
      check,
    }),
  ]);
}

export function crossEntropyGradientPlan(logits: Spec, attrs: CrossEntropyAttributes): Plan {
  const samples = samplesOf(logits, attrs);
  if (samples.work.items === 0) return launchesOnly([]);
  return launchesOnly([
    planLaunch(wasmKernel(module, "crossEntropyGradient", softmaxKernels), {
      reads: { x: { input: 0 }, labels: { input: 1 }, dLoss: { input: 2 } },
      writes: { dx: { output: 0 } },
      ...samples,
    }),
  ]);
}
