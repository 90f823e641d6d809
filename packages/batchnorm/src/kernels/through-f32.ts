import type { Attributes, DType, PlannedLaunch, PlanOf, Slot, Spec } from "@evenkeel/tensor";
import { buildExpression, sizeOf } from "@evenkeel/tensor";

/**
 * The plan of an op in f32 for operands in f16: they are converted into temporaries, and results back from there. Outputs that
 * share memory stay f32, so groups hold; nothing is written where an input lies.
 */
export function throughF32<Attrs extends Attributes>(
  plan: PlanOf<Attrs>,
  outputs: (inputs: readonly (Spec | undefined)[], attrs: Attrs) => Spec[],
): PlanOf<Attrs> {
  return (inputs, attrs, limits) => {
    const wide = inputs.map(widenedSpec);
    const inner = plan(
      wide,
      attrs,
      limits,
      inputs.map(() => false),
    );
    const temporaries: Spec[] = [...inner.temporaries];
    const moved = new Map<string, Slot>();
    const move = (slot: Slot, spec: Spec | undefined): Slot[] => {
      if (spec?.dtype !== "f16") return [];
      const temporary = { temporary: temporaries.push({ ...spec, dtype: "f32" }) - 1 };
      moved.set(JSON.stringify(slot), temporary);
      return [temporary];
    };
    const before = inputs.flatMap((spec, input) =>
      move({ input }, spec).flatMap((to) => converted({ input }, spec!, to, "f32")),
    );
    const after = outputs(inputs, attrs).flatMap((spec, output) =>
      move({ output }, spec).flatMap((from) => converted(from, { ...spec, dtype: "f32" }, { output }, "f16")),
    );
    const place = (slot: Slot | undefined): Slot | undefined =>
      slot && (moved.get(JSON.stringify(slot)) ?? slot);
    const launches = inner.launches.map((launch) =>
      launch.kind === "kernel"
        ? { ...launch, reads: launch.reads.map(place), writes: launch.writes.map(place) }
        : launch,
    );
    return { ...inner, temporaries, launches: [...before, ...launches, ...after] };
  };
}

const widenedSpec = (spec: Spec | undefined): Spec | undefined =>
  spec?.dtype === "f16" ? { ...spec, dtype: "f32" } : spec;

function converted(from: Slot, { shape, dtype }: Spec, to: Slot, result: DType): PlannedLaunch[] {
  const size = sizeOf(shape);
  if (size === 0) return [];
  const expression = buildExpression({ inputs: [dtype], outputs: [result] }, ([x]) => x!);
  const reads = [{ operand: from, strides: [1] }];
  return [{ kind: "expression", expression, shape: [size], reads, writes: [to], scalars: [] }];
}
