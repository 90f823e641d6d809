import type { Limits, Plan, PlanEntry, PlannedLaunch, Slot, Spec } from "@evenkeel/tensor";
import { makePlanEntry } from "@evenkeel/tensor";
import { cutTiles, loadsInFlight, makeUncut, mostParts } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { planTiles } from "../../gpu/channel-tiles.ts";
import { computeLayout, countValuesPerChannel } from "../../operands/layout.ts";
import type { NormalizationAttributes } from "../../pre-activation/attributes.ts";
import { listGradientSumsAliases } from "../gradient-aliases.ts";
import { keepsDz } from "../gradient-attributes.ts";
import type { GradientPass, GradientProblem } from "./gradient-shader-pass.ts";
import { listReads, mostKept, planPassLaunch } from "./gradient-shader-pass.ts";

/** Only dz is stored like x; the other outputs are f32. */
export const plans: readonly PlanEntry[] = [
  makePlanEntry<NormalizationAttributes>("gradientSums", planShaderSums, {
    takesStored: (inputs, attrs, limits) => !keepsDz(attrs) || canStore(inputs, attrs, limits),
  }),
];

/** The first pass alone, and a launch that adds the sums of parts where channels are cut into parts. */
function planShaderSums(
  inputs: readonly (Spec | undefined)[],
  attrs: NormalizationAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const layout = computeLayout(shape, attrs.axis);
  const aliases = listGradientSumsAliases(attrs, donated);
  if (layout.channels === 0) return { launches: [], temporaries: [], aliases };
  const tiles = planTiles(layout);
  const problem: GradientProblem = {
    tiles,
    attrs: { ...attrs, ofBatch: false },
    values: countValuesPerChannel(layout),
    target: { dtype, limits },
  };
  const dz: Slot | undefined = keepsDz(attrs) ? { output: 1 } : undefined;
  const complete = { dParameters: { output: 0 } };
  const launch = (pass: Omit<GradientPass, "activation" | "second">): PlannedLaunch =>
    planPassLaunch(problem, { ...pass, activation: attrs.activation, second: tiles.lines });
  if (tiles.fits) {
    const keeps = tiles.loads <= mostKept[tiles.layout];
    const writes = { ...complete, dz };
    const whole = launch({
      entry: "gradientSums",
      cut: makeUncut(tiles),
      parts: 0,
      finishes: true,
      source: keeps ? "tile" : "tiles",
      loads: keeps ? tiles.loads : loadsInFlight,
      reads: listReads(inputs, problem.attrs, aliases, writes),
      writes,
    });
    return { launches: [whole], temporaries: [], aliases };
  }
  const { loads } = tiles;
  const cut = cutTiles(tiles, loads, mostParts);
  const parts: Slot = { temporary: 0 };
  const reads = listReads(inputs, problem.attrs, aliases, { dz });
  return {
    launches: [
      launch({
        entry: "gradientSums",
        cut,
        parts: 0,
        finishes: false,
        source: "tiles",
        loads,
        reads,
        writes: { dz, parts },
      }),
      launch({
        entry: "addSums",
        cut: makeUncut(tiles),
        parts: cut.parts,
        finishes: true,
        source: "parts",
        loads,
        reads: { statistics: reads.statistics, parts },
        writes: complete,
      }),
    ],
    temporaries: [{ shape: [cut.parts, 2, layout.channels], dtype: "f32" }],
    aliases,
  };
}
