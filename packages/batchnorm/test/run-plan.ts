import type { KernelLaunch, Limits, Plan, ScalarSlot, Slot, Spec, WasmKernel } from "@evenkeel/tensor";
import { argumentWords, bytesOfModule, sizeOf } from "@evenkeel/tensor";

/** Bytes before and after every operand that a kernel must leave alone. */
const guardBytes = 64;
const guardByte = 0xab;

interface Place {
  readonly address: number;
  readonly bytes: number;
}

/** One for all runs: each reserves gigabytes of addresses until it is collected. */
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1024, shared: true });

/** Operands that lie between guards. What has not been written holds NaN. */
class GuardedMemory {
  private top = guardBytes;
  private readonly places: Place[] = [];

  place(bytes: number): Place {
    const place = { address: this.top, bytes };
    this.top = Math.ceil((this.top + bytes + 2 * guardBytes) / 16) * 16;
    const missing = this.top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    this.bytesAt(place.address - guardBytes, bytes + 2 * guardBytes).fill(guardByte);
    this.bytesAt(place.address, bytes).fill(0xff);
    this.places.push(place);
    return place;
  }

  /** The address of these words. */
  placeWords(words: readonly number[]): number {
    const { address, bytes } = this.place(4 * words.length);
    new Int32Array(memory.buffer, address, bytes / 4).set(words);
    return address;
  }

  bytesAt(address: number, bytes: number): Uint8Array {
    return new Uint8Array(memory.buffer, address, bytes);
  }

  valuesAt({ address, bytes }: Place): Float32Array {
    return new Float32Array(memory.buffer, address, bytes / 4);
  }

  checkGuards(): void {
    for (const { address, bytes } of this.places) {
      for (const guard of [address - guardBytes, address + bytes]) {
        if (this.bytesAt(guard, guardBytes).some((byte) => byte !== guardByte)) {
          throw new Error(`a kernel wrote outside of an operand of ${bytes} bytes`);
        }
      }
    }
  }
}

export interface RunOptions {
  readonly scalars?: readonly number[];
  /** Runs the chunks of every launch from the last to the first. */
  readonly backwards?: boolean;
}

/**
 * Runs the launches of a plan without a device: chunk by chunk, with scratch that holds NaN, and guards around every operand. Returns
 * the outputs. Throws when a kernel writes elsewhere, or changes an input that is not lent to an output.
 */
export function runPlan(
  plan: Plan,
  inputs: readonly (Float32Array | undefined)[],
  outputs: readonly Spec[],
  { scalars = [], backwards = false }: RunOptions = {},
): Float32Array[] {
  const operands = new GuardedMemory();
  const given = inputs.map((values) => {
    const place = values && operands.place(values.byteLength);
    if (place) operands.valuesAt(place).set(values);
    return place;
  });
  const made = outputs.map(({ shape }, index) => {
    const alias = plan.aliases.find(([output]) => output === index);
    return alias ? given[alias[1]]! : operands.place(4 * sizeOf(shape));
  });
  const temporaries = plan.temporaries.map(({ shape }) => operands.place(4 * sizeOf(shape)));
  const addressOf = (slot: Slot | undefined): number => {
    if (slot === undefined) return 0;
    if ("temporary" in slot) return temporaries[slot.temporary]!.address;
    return ("input" in slot ? given[slot.input] : made[slot.output])!.address;
  };
  for (const launch of plan.launches) {
    if (launch.kind !== "kernel") throw new Error(`found a launch of kind ${launch.kind}`);
    runLaunch(operands, launch, addressOf, scalars, backwards);
    operands.checkGuards();
  }
  inputs.forEach((values, index) => {
    const isLent = plan.aliases.some(([, input]) => input === index);
    if (values && !isLent && !operands.valuesAt(given[index]!).every((x, at) => Object.is(x, values[at]))) {
      throw new Error(`a kernel changed input ${index}`);
    }
  });
  return made.map((place) => operands.valuesAt(place).slice());
}

function runLaunch(
  operands: GuardedMemory,
  { kernel, reads, writes, parameters, work }: KernelLaunch<Slot, ScalarSlot>,
  addressOf: (slot: Slot | undefined) => number,
  scalars: readonly number[],
  backwards: boolean,
): void {
  if (!("items" in work)) throw new Error("found workgroups, expected items");
  const { module, entry } = kernel as WasmKernel;
  const run = exportsOf(module)[entry] as (...args: number[]) => void;
  const numbers = parameters.map((value) => (typeof value === "number" ? value : scalars[value.scalar]!));
  const addresses = [...reads, ...writes].map(addressOf);
  const { parameterTypes } = kernel as WasmKernel;
  const args = parameterTypes
    ? [operands.placeWords(argumentWords(addresses, parameterTypes, numbers))]
    : [...addresses, ...numbers];
  const chunks = Array.from({ length: Math.ceil(work.items / work.chunk) }, (_, chunk) => chunk * work.chunk);
  if (backwards) chunks.reverse();
  for (const begin of chunks) {
    const scratch = operands.place(work.scratchBytes ?? 0);
    const end = Math.min(begin + work.chunk, work.items);
    run(begin, end, scratch.address, ...args);
  }
}

const loaded = new Map<string, WebAssembly.Exports>();

function exportsOf(module: string): WebAssembly.Exports {
  let exports = loaded.get(module);
  if (exports === undefined) {
    const code = new WebAssembly.Module(bytesOfModule(module));
    ({ exports } = new WebAssembly.Instance(code, { env: { memory } }));
    loaded.set(module, exports);
  }
  return exports;
}

/** The limits of a device that runs WebAssembly with these features. */
export const limitsWith = (features: readonly string[]): Limits => ({
  storage: { f32: "f32" },
  maxBufferBytes: 2 ** 32,
  offsetAlignment: 16,
  features: new Set(features),
});

export const limits: Limits = limitsWith([]);
