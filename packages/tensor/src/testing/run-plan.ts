import { encodeArguments } from "../core/devices/argument-words.ts";
import type { Limits } from "../core/devices/backend.ts";
import { computeGroupLayout, countBytes } from "../core/devices/backend.ts";
import type {
  ExpressionLaunch,
  KernelLaunch,
  PlannedLaunch,
  ScalarSlot,
  Slot,
  WasmKernel,
} from "../core/devices/launch.ts";
import { decodeModule } from "../core/module-text.ts";
import type { Plan } from "../core/op.ts";
import type { Spec } from "../core/spec.ts";
import { countElements } from "../core/spec.ts";
import { makeEvaluator } from "../expression/evaluate.ts";
import { computePosition } from "./evaluate-launch.ts";
import type { Place } from "./guarded-memory.ts";
import { GuardedMemory } from "./guarded-memory.ts";

export interface RunPlanOptions {
  /** The scalars of the call. */
  readonly scalars?: readonly number[];
  /** Runs the chunks of every launch from the last to the first. Default false. */
  readonly backwards?: boolean;
}

/** The places of a plan's operands. */
interface Operands {
  readonly inputs: readonly (Place | undefined)[];
  readonly outputs: readonly Place[];
  readonly temporaries: readonly Place[];
}

/**
 * Runs a plan of f32 operands in WebAssembly without a device: chunk by chunk on one thread, with fresh scratch for
 * each. Memory that has not been written contains NaN. Returns the values of the outputs. Throws RangeError if a kernel
 * writes outside its operands and its scratch memory, or changes an input whose memory no output uses, and TypeError
 * for a launch in another language or on the host.
 *
 * @example
 * const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x, 2));
 * const spec = { shape: [2], dtype: "f32" };
 * const [y] = runPlan(planExpression(expression, [spec], [spec], [false]), [Float32Array.of(1, 2)], [spec]);
 * y[1] // 4
 */
export function runPlan(
  plan: Plan,
  inputs: readonly (Float32Array | undefined)[],
  outputs: readonly Spec[],
  options: RunPlanOptions = {},
): Float32Array[] {
  const memory = new GuardedMemory();
  const operands = placeOperands(memory, plan, inputs, outputs);
  for (const launch of plan.launches) {
    if (launch.kind === "expression") runExpression(memory, operands, launch, options);
    else if (launch.kind === "kernel") runKernel(memory, operands, launch, options);
    else throw new TypeError(`${launch.name}: found a launch of kind ${launch.kind}`);
    memory.checkGuards(nameLaunch(launch));
  }
  for (const [index, values] of inputs.entries()) {
    const isLent = plan.aliases.some(([, input]) => input === index);
    const place = operands.inputs[index];
    if (values === undefined || place === undefined || isLent) continue;
    const isSame = memory.viewValues(place).every((value, at) => Object.is(value, values[at]));
    if (!isSame) throw new RangeError(`a kernel changed input ${index}`);
  }
  return operands.outputs.map((place) => memory.viewValues(place).slice());
}

const nameLaunch = (launch: PlannedLaunch): string =>
  launch.kind === "kernel" ? launch.kernel.entry : launch.kind;

/** Limits for groups of outputs, which kernels get as one operand. */
const groupLimits = { storage: { f32: "f32" }, offsetAlignment: 4 } as unknown as Limits;

function placeOperands(
  memory: GuardedMemory,
  plan: Plan,
  inputs: readonly (Float32Array | undefined)[],
  outputs: readonly Spec[],
): Operands {
  const given = inputs.map((values) => {
    const place = values && memory.place(values.byteLength);
    if (place !== undefined) memory.viewValues(place).set(values!);
    return place;
  });
  const made: Place[] = [];
  for (const [index, spec] of outputs.entries()) {
    const bytes = countBytes(spec, groupLimits);
    const alias = plan.aliases.find(([output]) => output === index);
    const group = plan.groups?.find((members) => members.includes(index));
    if (alias !== undefined) {
      const [, input, byteOffset = 0] = alias;
      made.push({ address: given[input]!.address + byteOffset, bytes });
    } else if (group !== undefined) {
      const layout = computeGroupLayout(
        group.map((output) => outputs[output]!),
        groupLimits,
      );
      const start = made[group[0]!]?.address ?? memory.place(layout.bytes).address;
      made.push({ address: start + layout.byteOffsets[group.indexOf(index)]!, bytes });
    } else made.push(memory.place(bytes));
  }
  const temporaries = plan.temporaries.map(({ shape }) => memory.place(4 * countElements(shape)));
  return { inputs: given, outputs: made, temporaries };
}

function findPlace({ inputs, outputs, temporaries }: Operands, slot: Slot): Place {
  if ("temporary" in slot) return temporaries[slot.temporary]!;
  return "input" in slot ? inputs[slot.input]! : outputs[slot.output]!;
}

const resolveScalar = (value: number | ScalarSlot, scalars: readonly number[]): number =>
  typeof value === "number" ? value : scalars[value.scalar]!;

function runKernel(
  memory: GuardedMemory,
  operands: Operands,
  { kernel, reads, writes, parameters, work, check }: KernelLaunch<Slot, ScalarSlot>,
  { scalars = [], backwards = false }: RunPlanOptions,
): void {
  if (kernel.language !== "wasm" || !("items" in work)) {
    throw new TypeError(`${kernel.entry}: found a kernel in ${kernel.language}, expected one in wasm`);
  }
  const { module, entry, parameterTypes } = kernel as WasmKernel;
  const run = getExports(module)[entry] as (...args: number[]) => void;
  const addresses = [...reads, ...writes].map((slot) => (slot ? findPlace(operands, slot).address : 0));
  const numbers = parameters.map((value) => resolveScalar(value, scalars));
  const args = memory.placeWords(encodeArguments(addresses, parameterTypes, numbers));
  const counter = check === undefined ? 0 : memory.place(4).address;
  const scratch = memory.placeScratch(work.scratchBytes ?? 0);
  const begins = Array.from({ length: Math.ceil(work.items / work.chunk) }, (_, chunk) => chunk * work.chunk);
  if (backwards) begins.reverse();
  for (const begin of begins) {
    memory.clear(scratch);
    const end = Math.min(begin + work.chunk, work.items);
    run(begin, end, scratch.address, args, counter);
  }
}

const loaded = new Map<string, WebAssembly.Exports>();

function getExports(module: string): WebAssembly.Exports {
  let exports = loaded.get(module);
  if (exports === undefined) {
    const code = new WebAssembly.Module(decodeModule(module));
    ({ exports } = new WebAssembly.Instance(code, { env: { memory: GuardedMemory.allocateShared() } }));
    loaded.set(module, exports);
  }
  return exports;
}

function runExpression(
  memory: GuardedMemory,
  operands: Operands,
  { expression, shape, reads, writes, scalars: given }: ExpressionLaunch<Slot, ScalarSlot>,
  { scalars = [] }: RunPlanOptions,
): void {
  const evaluate = makeEvaluator(expression);
  const inputs = reads.map(({ operand }) => memory.viewValues(findPlace(operands, operand)));
  const outputs = writes.map((slot) => memory.viewValues(findPlace(operands, slot)));
  const numbers = given.map((value) => resolveScalar(value, scalars));
  for (let point = 0; point < countElements(shape); point++) {
    const values = inputs.map((input, index) => input[computePosition(point, shape, reads[index]!.strides)]!);
    for (const [index, value] of evaluate(values, numbers, point).entries()) outputs[index]![point] = value;
  }
}
