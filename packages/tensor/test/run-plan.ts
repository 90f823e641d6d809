import type { AnyOp, Limits, PlannedLaunch, ReferenceArray, Slot, Spec, WasmKernel } from "@evenkeel/tensor";
import { argumentWords, evaluator, sizeOf } from "@evenkeel/tensor";
import { bytesOfModule } from "../src/core/module-text.ts";

export interface RunOptions {
  /** What the engine is said to have. */
  readonly features?: readonly string[];
  /** Chunks depend on nothing but themselves: any order gives the same bits. */
  readonly isReversed?: boolean;
}

/** A NaN that no kernel makes: what has these bits was not written. */
const untouched = 0x7fa5a5a5;
const guardBytes = 64;
const argumentBytes = 256;
const pageBytes = 65536;

const limitsWith = (features: readonly string[]): Limits => ({
  storage: { f32: "f32" },
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 4,
  features: new Set(features),
});

/**
 * Runs the plan of an op for f32 tensors without a device: every chunk gets fresh scratch of just the size that it asked for, and
 * writing outside of an operand or of the scratch is an error.
 */
export function runPlan(
  op: AnyOp,
  inputs: readonly (ReferenceArray | undefined)[],
  attrs: object,
  { features = [], isReversed = false }: RunOptions = {},
): Float32Array[] {
  const plan = op.kernels!.wasm!(
    inputs,
    attrs,
    limitsWith(features),
    inputs.map(() => false),
  );
  const outputs = op.outputs(inputs, attrs);
  const memory = new PlanMemory([...inputs, ...outputs, ...plan.temporaries], plan.launches);
  inputs.forEach((input, index) => {
    if (input !== undefined) memory.floats(index).set(input.data);
  });
  const operand = (slot: Slot): number => {
    if ("input" in slot) return slot.input;
    return inputs.length + ("output" in slot ? slot.output : outputs.length + slot.temporary);
  };
  for (const launch of plan.launches) memory.run(launch, operand, isReversed);
  memory.checkGuards();
  return outputs.map((_, output) => memory.floats(inputs.length + output).slice());
}

class PlanMemory {
  private readonly memory: WebAssembly.Memory;
  private readonly words: Uint32Array;
  private readonly addresses: number[] = [];
  private readonly specs: readonly (Spec | undefined)[];
  private readonly args: number;
  private readonly scratch: number;

  constructor(specs: readonly (Spec | undefined)[], launches: readonly PlannedLaunch[]) {
    this.specs = specs;
    let end = guardBytes;
    for (const spec of specs) {
      this.addresses.push(end);
      end += Math.ceil((sizeOf(spec?.shape ?? []) * 4) / 16) * 16 + guardBytes;
    }
    this.args = end;
    this.scratch = end + argumentBytes;
    const scratchBytes = Math.max(0, ...launches.map((launch) => scratchOf(launch)));
    const pages = Math.ceil((this.scratch + scratchBytes + guardBytes) / pageBytes);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    this.words = new Uint32Array(this.memory.buffer);
    this.words.fill(untouched);
  }

  floats(operand: number): Float32Array {
    const { shape } = this.specs[operand] ?? { shape: [0] };
    return new Float32Array(this.memory.buffer, this.addresses[operand]!, sizeOf(shape));
  }

  run(launch: PlannedLaunch, operand: (slot: Slot) => number, isReversed: boolean): void {
    if (launch.kind === "expression") {
      this.evaluate(launch, operand);
      return;
    }
    if (launch.kind !== "kernel" || !("items" in launch.work))
      throw new TypeError("not a launch of a WASM plan");
    const { items, chunk } = launch.work;
    const entry = this.entryOf(launch.kernel as WasmKernel);
    const pointers = [...launch.reads, ...launch.writes].map((slot) =>
      slot === undefined ? 0 : this.addresses[operand(slot)]!,
    );
    const { parameterTypes } = launch.kernel as WasmKernel;
    const parameters = launch.parameters as number[];
    if (parameterTypes !== undefined) {
      this.words.set(argumentWords(pointers, parameterTypes, parameters), this.args / 4);
    }
    const args = parameterTypes === undefined ? [...pointers, ...parameters] : [this.args];
    const begins = Array.from({ length: Math.ceil(items / chunk) }, (_, index) => index * chunk);
    if (isReversed) begins.reverse();
    for (const begin of begins) {
      const scratchWords = this.words.subarray(this.scratch / 4);
      scratchWords.fill(untouched);
      entry(begin, Math.min(items, begin + chunk), this.scratch, ...args);
      const beyond = scratchWords.subarray(Math.ceil(scratchOf(launch) / 4));
      if (beyond.some((word) => word !== untouched)) {
        throw new RangeError(`${launch.kernel.entry}: wrote beyond its scratch`);
      }
    }
  }

  /** Throws RangeError when a word between two operands has changed. */
  checkGuards(): void {
    const isOperand = new Uint8Array(this.args / 4);
    this.addresses.forEach((address, index) => {
      isOperand.fill(1, address / 4, address / 4 + sizeOf(this.specs[index]?.shape ?? [0]));
    });
    const wrong = isOperand.findIndex((is, word) => is === 0 && this.words[word] !== untouched);
    if (wrong >= 0) throw new RangeError(`a kernel wrote outside of its operands, at byte ${wrong * 4}`);
  }

  private entryOf({ module, entry }: WasmKernel): (...args: number[]) => void {
    const compiled = new WebAssembly.Module(bytesOfModule(module));
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    return instance.exports[entry] as (...args: number[]) => void;
  }

  private evaluate(launch: PlannedLaunch & { kind: "expression" }, operand: (slot: Slot) => number): void {
    const evaluate = evaluator(launch.expression);
    const reads = launch.reads.map((read) => this.floats(operand(read.operand)));
    const writes = launch.writes.map((slot) => this.floats(operand(slot)));
    for (let index = 0; index < sizeOf(launch.shape); index++) {
      const values = launch.reads.map(({ strides }, read) => {
        let rest = index;
        let offset = 0;
        for (let axis = launch.shape.length - 1; axis >= 0; axis--) {
          offset += (rest % launch.shape[axis]!) * strides[axis]!;
          rest = Math.floor(rest / launch.shape[axis]!);
        }
        return reads[read]![offset]!;
      });
      const results = evaluate(values, [], index);
      writes.forEach((target, output) => {
        target[index] = results[output]!;
      });
    }
  }
}

function scratchOf(launch: PlannedLaunch): number {
  return launch.kind === "kernel" && "items" in launch.work ? (launch.work.scratchBytes ?? 0) : 0;
}

/** What the op means for these inputs. */
export function runLoops(
  op: AnyOp,
  inputs: readonly (ReferenceArray | undefined)[],
  attrs: object,
): ReferenceArray[] {
  const outputs = op
    .outputs(inputs, attrs)
    .map((spec) => ({ ...spec, data: new Float64Array(sizeOf(spec.shape)) }));
  if (!("loops" in op.meaning)) throw new TypeError(`${op.name}: not a primitive`);
  op.meaning.loops(inputs, outputs, attrs, []);
  return outputs;
}

/** A seeded source of sizes and values (mulberry32). */
export function randomFrom(seed: number): {
  integer(low: number, high: number): number;
  array(shape: readonly number[]): ReferenceArray;
} {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    integer: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    array: (shape) => ({
      shape,
      dtype: "f32",
      data: Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(2 * uniform() - 1)),
    }),
  };
}

/** The largest difference, in units of the f32 roundoff times the length of a sum of terms of at most 1. */
export function largestError(found: Float32Array, expected: ReferenceArray, terms: number): number {
  let largest = 0;
  found.forEach((value, index) => {
    const error = Math.abs(value - expected.data[index]!);
    largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(largest, error);
  });
  return largest / (2 ** -24 * (2 + terms));
}
