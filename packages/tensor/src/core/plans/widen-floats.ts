import type { DType } from "../../expression/dtype.ts";
import { getWiderType } from "../../expression/dtype.ts";
import type { Expression } from "../../expression/expression.ts";
import { buildExpression } from "../../expression/expression.ts";
import type { PlannedLaunch, Slot } from "../devices/launch.ts";
import type { AnyOp, Attributes, KernelPlan, PlanOf, PlanTable } from "../op.ts";
import type { Spec } from "../spec.ts";
import { countElements } from "../spec.ts";
import type { PlanEntry, TakesStored } from "./plan-tables.ts";

const isNarrow = (spec: Spec | undefined): spec is Spec =>
  spec !== undefined && getWiderType(spec.dtype) !== spec.dtype;
const widenSpec = <Any extends Spec | undefined>(spec: Any): Any =>
  isNarrow(spec) ? { ...spec, dtype: getWiderType(spec.dtype) } : spec;

const expressions = new Map<string, Expression>();

/** A launch that casts the values of a slot to another dtype. */
function planCastLaunch(from: DType, to: DType, size: number, source: Slot, target: Slot): PlannedLaunch {
  const name = `${from} ${to}`;
  const expression = expressions.get(name) ?? buildExpression({ inputs: [from], outputs: [to] }, ([x]) => x!);
  expressions.set(name, expression);
  const reads = [{ operand: source, strides: [size > 1 ? 1 : 0] }];
  return { kind: "expression", expression, shape: [size], reads, writes: [target], scalars: [] };
}

/** Replaces the slots of a launch. */
function moveSlots(launch: PlannedLaunch, place: (slot: Slot) => Slot): PlannedLaunch {
  const maybe = (slot: Slot | undefined): Slot | undefined => slot && place(slot);
  switch (launch.kind) {
    case "kernel":
      return { ...launch, reads: launch.reads.map(maybe), writes: launch.writes.map(maybe) };
    case "expression": {
      const reads = launch.reads.map((read) => ({ ...read, operand: place(read.operand) }));
      return { ...launch, reads, writes: launch.writes.map(place) };
    }
    case "host": {
      const entries = Object.entries(launch.operands);
      const operands = entries.map(([name, host]) => [name, { ...host, operand: place(host.operand) }]);
      return { ...launch, operands: Object.fromEntries(operands) };
    }
  }
}

/**
 * Extends a plan whose launches accept some operands only in f32 to floats of every dtype: inputs are cast into
 * temporaries before the launches, and outputs from temporaries after them. An output may be a view of a whole input,
 * not of a part.
 */
export function widenFloats<Attrs extends Attributes>(
  op: Pick<AnyOp, "outputs">,
  plan: PlanOf<Attrs>,
  takesStored: TakesStored<Attrs> = () => false,
): PlanOf<Attrs> {
  if (takesStored === true) return plan;
  return (inputs, attrs, limits, donated) => {
    if (takesStored(inputs, attrs, limits)) return plan(inputs, attrs, limits, donated);
    const outputs = op.outputs(inputs, attrs);
    if (!inputs.some(isNarrow) && !outputs.some(isNarrow)) return plan(inputs, attrs, limits, donated);
    const kept = donated.map(() => false);
    const inner = plan(inputs.map(widenSpec), attrs, limits, kept);
    const temporaries = [...inner.temporaries];
    const places = new Map<string, Slot>();
    const [before, after]: [PlannedLaunch[], PlannedLaunch[]] = [[], []];

    const findPlace = (key: string, spec: Spec, cast: (temporary: Slot) => void): Slot => {
      let place = places.get(key);
      if (place === undefined) {
        place = { temporary: temporaries.push(widenSpec(spec)) - 1 };
        places.set(key, place);
        cast(place);
      }
      return place;
    };
    const place = (slot: Slot): Slot => {
      const spec = "input" in slot ? inputs[slot.input] : "output" in slot ? outputs[slot.output] : undefined;
      if (!isNarrow(spec)) return slot;
      const [size, wider] = [countElements(spec.shape), getWiderType(spec.dtype)];
      return findPlace(JSON.stringify(slot), spec, (wide) => {
        if ("input" in slot) before.push(planCastLaunch(spec.dtype, wider, size, slot, wide));
        else after.push(planCastLaunch(wider, spec.dtype, size, wide, slot));
      });
    };
    const launches = inner.launches.map((launch) => moveSlots(launch, place));
    const aliases = inner.aliases.filter(([output, input]) => {
      const [source, target] = [inputs[input]!, outputs[output]!];
      if (source.dtype === target.dtype) return true;
      const size = countElements(target.shape);
      if (size > 0) after.push(planCastLaunch(source.dtype, target.dtype, size, { input }, { output }));
      return false;
    });
    return { ...inner, launches: [...before, ...launches, ...after], temporaries, aliases };
  };
}

/** Creates a plan table from its entries, extended to floats of every dtype. */
export const makePlanTable = (entries: readonly PlanEntry[]): PlanTable =>
  new Map(entries.map((entry) => [entry.name, widenPlan(entry)]));

const widenPlan =
  ({ plan, takesStored }: PlanEntry): KernelPlan<Attributes> =>
  (inputs, attrs, limits, donated, op) =>
    widenFloats<Attributes>(op, (...call) => plan(...call, op), takesStored)(inputs, attrs, limits, donated);
