import type { Limits, Plan, PlanEntry, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { canStore } from "../../gpu/can-store.ts";
import { cutTiles, loadsInFlight, mostParts, tilingOf, uncut } from "../../gpu/tiling.ts";
import { layoutOf, valuesPerChannel } from "../../operands/layout.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { gradientSumsAliases } from "../gradient-aliases.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientPass, GradientProblem } from "./gradient-shader-pass.ts";
import { mostKept, passLaunch, readsOf } from "./gradient-shader-pass.ts";

/** Of the outputs only dz is stored like x. */
export const plans: readonly PlanEntry[] = [
  planFor<NormalizationAttributes>("gradientSums", shaderSumsPlan, {
    takesStored: (inputs, attrs, limits) => !keepsDz(attrs) || canStore(inputs, attrs, limits),
  }),
];

/** The first pass alone, and a launch that adds the sums of parts where channels are cut into parts. */
function shaderSumsPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const layout = layoutOf(shape, attrs.axis);
  const aliases = gradientSumsAliases(attrs, donated);
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases };
  const tiling = tilingOf(layout);
  const problem: GradientProblem = {
    ...{ tiling, attrs: { ...attrs, ofBatch: false }, values: valuesPerChannel(layout) },
    target: { dtype, limits },
  };
  const dz: Slot | undefined = keepsDz(attrs) ? { output: 1 } : undefined;
  const complete = { dParameters: { output: 0 } };
  const launch = (pass: Omit<GradientPass, "activation" | "second">): PlannedLaunch =>
    passLaunch(problem, { ...pass, activation: attrs.activation, second: tiling.channels });
  if (tiling.fits) {
    const keeps = tiling.loads <= mostKept[tiling.unit];
    const writes = { ...complete, dz };
    const whole = launch({
      ...{ entry: "gradientSums", cut: uncut(tiling), parts: 0, finishes: true },
      ...{ source: keeps ? "tile" : "tiles", loads: keeps ? tiling.loads : loadsInFlight },
      ...{ reads: readsOf(inputs, problem.attrs, aliases, writes), writes },
    });
    return { launches: [whole], temporaries: [], aliases };
  }
  const { loads } = tiling;
  const cut = cutTiles(tiling, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const reads = readsOf(inputs, problem.attrs, aliases, { dz });
  return {
    launches: [
      launch({
        ...{ entry: "gradientSums", cut, parts: 0, finishes: false, source: "tiles", loads },
        ...{ reads, writes: { dz, parts } },
      }),
      launch({
        ...{
          entry: "addSums",
          cut: uncut(tiling),
          parts: cut.splits,
          finishes: true,
          source: "parts",
          loads,
        },
        ...{ reads: { statistics: reads.statistics, parts }, writes: complete },
      }),
    ],
    temporaries: [{ shape: [cut.splits, 2, layout.channels], dtype: "f32" }],
    aliases,
  };
}
