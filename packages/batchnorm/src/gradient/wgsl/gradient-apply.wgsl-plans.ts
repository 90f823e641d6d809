import type { Limits, Plan, PlanEntry, Spec } from "@evenkeel/tensor";
import { planFor } from "@evenkeel/tensor";
import { cutTiles, loadsInFlight } from "@evenkeel/tensor/wgsl";
import { canStore } from "../../gpu/can-store.ts";
import { tilesOf } from "../../gpu/channel-tiles.ts";
import { layoutOf, valuesPerChannel } from "../../operands/layout.ts";
import { gradientApplyAliases } from "../gradient-aliases.ts";
import type { GradientApplyAttributes } from "../gradient-attributes.ts";
import { passLaunch, readsOf } from "./gradient-shader-pass.ts";

export const plans: readonly PlanEntry[] = [
  planFor<GradientApplyAttributes>("gradientApply", shaderApplyPlan, { takesStored: canStore }),
];

/** The second pass alone. */
function shaderApplyPlan(
  inputs: readonly (Spec | undefined)[],
  attrs: GradientApplyAttributes,
  limits: Limits,
  donated: readonly boolean[],
): Plan {
  const { shape, dtype } = inputs[1]!;
  const aliases = gradientApplyAliases(donated);
  if (shape.includes(0)) return { launches: [], temporaries: [], aliases };
  const layout = layoutOf(shape, attrs.axis);
  const tiles = tilesOf(layout);
  const ofBatch = { ...attrs, residual: false, ofBatch: true };
  const loads = Math.min(tiles.loads, loadsInFlight);
  const writes = { dx: { output: 0 } };
  const launch = passLaunch(
    { tiles, attrs: ofBatch, values: valuesPerChannel(layout), target: { dtype, limits } },
    {
      entry: "gradientApply",
      cut: cutTiles(tiles, loads),
      parts: 0,
      finishes: true,
      source: "given",
      loads,
      activation: attrs.activation,
      writes,
      reads: { ...readsOf(inputs, ofBatch, aliases, writes), sums: { input: 5 } },
    },
  );
  return { launches: [launch], temporaries: [], aliases };
}
