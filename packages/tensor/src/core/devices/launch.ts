import { ArgumentError } from "../../checks/errors.ts";
import type { Expression } from "../../expression/expression.ts";
import type { NumericArray } from "../../expression/storage.ts";
import type { Spec } from "../spec.ts";
import type { KernelSchema, KernelSchemas, ParameterType, WgslSchema } from "./kernel-schema.ts";

/** A place in a plan: one of the op's inputs or outputs, or a temporary that the plan asked for. */
export type Slot = { readonly input: number } | { readonly output: number } | { readonly temporary: number };

/** A number that the caller passes with each call. It may change from step to step without recompilation. */
export interface ScalarSlot {
  readonly scalar: number;
}

/** Code in a language of a backend. Backends recognize `language`, never the op that the kernel belongs to. */
export interface Kernel {
  readonly language: string;
  /** The name of the function, which errors and profiles show. */
  readonly entry: string;
}

/**
 * `entry(begin, end, scratch, args, counter)` in an embedded module. `args` is the address of the arguments, 4 bytes
 * each: reads, writes, then parameters. Operands are byte addresses (0 where absent), items `begin` to `end` are the
 * work of this call, and `scratch` is private to the worker, 16-byte aligned and not cleared. Up to 64 bytes before and
 * after an operand may be read, not written. `counter` is the address of a u32 that is private to the worker, to which
 * the kernel adds the number of values outside the range of the launch's `check`; the address is 0 if the launch has
 * none.
 */
export interface WasmKernel<Schema extends KernelSchema = KernelSchema> extends Kernel {
  readonly language: "wasm";
  /**
   * The module's bytes as text (see `decodeModule`), because kernels are embedded in the JavaScript. It also identifies
   * the module.
   */
  readonly module: string;
  /** 256 if the module is made for a device that joins its vectors in pairs (the feature `wide-simd`). Any device can run it. */
  readonly vectorBits: 128 | 256;
  readonly schema: Schema;
  /** The types of the parameters, in order. */
  readonly parameterTypes: readonly ParameterType[];
}

/** A module for devices that join its vectors in pairs. Devices compile it when they open. */
export interface WideModule {
  /** The module's bytes as text. */
  readonly module: string;
  readonly vectorBits: 256;
}

const wideModules: WideModule[] = [];

/** A wide module with these bytes as text. */
export function makeWideModule(module: string): WideModule {
  const made = { module, vectorBits: 256 } as const;
  wideModules.push(made);
  return made;
}

/** All wide modules that have been loaded, with the plans that use them. */
export const listWideModules = (): readonly WideModule[] => wideModules;

/** An embedded module: its bytes as text, or those of a wide one. */
export type KernelModule = string | WideModule;

/** A kernel in an embedded module. */
export function makeWasmKernel<Schemas extends KernelSchemas, Entry extends keyof Schemas & string>(
  from: KernelModule,
  entry: Entry,
  schemas: Schemas,
): WasmKernel<Schemas[Entry]> {
  const schema = schemas[entry]!;
  const { module, vectorBits } =
    typeof from === "string" ? ({ module: from, vectorBits: 128 } as const) : from;
  const parameterTypes = Object.values(schema.parameters);
  return { language: "wasm", module, vectorBits, entry, schema, parameterTypes };
}

/** The extensions that a WGSL module may enable if `Limits.features` has them: `f16` for `shader-f16`. */
export type WgslExtension = "f16" | "subgroups";

/**
 * A WGSL module whose compute entry point is `entry`. The device, not the code, declares operands, parameters and
 * extensions. Arrays may be longer than their operands, so lengths are passed as parameters, the members of `p`. Code
 * for launches with a `check` calls `countOutside(count: u32)`, which the device defines.
 */
export interface WgslKernel<Schema extends WgslSchema = WgslSchema> extends Kernel {
  readonly language: "wgsl";
  readonly code: string;
  readonly extensions: readonly WgslExtension[];
  readonly schema: Schema;
  /** The types of the words of the parameters, in order. */
  readonly parameterTypes: readonly ParameterType[];
}

/**
 * How a kernel's work is divided. In WASM, threads take chunks of `chunk` items. The plan chooses `chunk` only by the
 * problem's shape, so that results have the same bits for any number of threads.
 */
export type Work =
  | { readonly items: number; readonly chunk: number; readonly scratchBytes?: number }
  | { readonly workgroups: readonly [x: number, y: number, z: number] };

/**
 * A check that values are in a range. The kernel counts those outside, and the next `read` or `idle` rejects with ArgumentError:
 * `take: indices: found 3 outside of [-10, 10)`.
 */
export interface RangeCheck {
  /** The operation and its argument: `take: indices`. */
  readonly argument: string;
  readonly range: string;
}

/** The error for `count` values outside of a range. */
export const makeRangeError = ({ argument, range }: RangeCheck, count: number): ArgumentError =>
  new ArgumentError(`${argument}: found ${count} outside of ${range}`);

export interface KernelLaunch<Operand, Scalar> {
  readonly kind: "kernel";
  readonly kernel: Kernel;
  readonly reads: readonly (Operand | undefined)[];
  /** The operands that are written. One that is both read and written is listed only here. */
  readonly writes: readonly (Operand | undefined)[];
  readonly parameters: readonly (number | Scalar)[];
  readonly work: Work;
  /** The values whose range the kernel checks. */
  readonly check?: RangeCheck | undefined;
}

/** Evaluates an expression at every point of `shape`. Outputs are contiguous. */
export interface ExpressionLaunch<Operand, Scalar> {
  readonly kind: "expression";
  readonly expression: Expression;
  /** The iteration space, with adjacent dimensions merged wherever every operand allows it. */
  readonly shape: readonly number[];
  /** Strides in elements, 0 where the operand is broadcast; the innermost one is 0 or 1. */
  readonly reads: readonly { readonly operand: Operand; readonly strides: readonly number[] }[];
  readonly writes: readonly Operand[];
  readonly scalars: readonly (number | Scalar)[];
}

export interface HostOperand<Operand> {
  readonly operand: Operand;
  readonly spec: Spec;
  readonly access: "read" | "write" | "read-write";
}

/** A host step in the queue. It runs after everything launched before it, and later launches wait for it. */
export interface HostLaunch<Operand> {
  readonly kind: "host";
  readonly name: string;
  readonly operands: { readonly [name: string]: HostOperand<Operand> };
  /**
   * Gets one array for each operand, in the backend's storage. The contents of `write` operands are then written to the
   * device.
   */
  run(arrays: { [name: string]: NumericArray }): void | Promise<void>;
}

export type AnyLaunch<Operand, Scalar> =
  | KernelLaunch<Operand, Scalar>
  | ExpressionLaunch<Operand, Scalar>
  | HostLaunch<Operand>;

/** A launch over slots, as in a plan. */
export type PlannedLaunch = AnyLaunch<Slot, ScalarSlot>;

/** A range of bytes of a device buffer. */
export interface BufferView {
  readonly buffer: DeviceBuffer;
  readonly byteOffset: number;
  readonly bytes: number;
}

/** Memory of a backend. Only the backend that allocated it can interpret it. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** A launch over buffers and numbers, as backends receive it. */
export type Launch = AnyLaunch<BufferView, never>;

const isScalarSlot = (value: number | ScalarSlot): value is ScalarSlot => typeof value !== "number";

/** Replaces slots with views, and scalar slots with numbers. */
export function bindLaunch(
  launch: PlannedLaunch,
  view: (slot: Slot) => BufferView,
  scalars: readonly number[],
): Launch {
  const operand = (slot: Slot | undefined) => (slot === undefined ? undefined : view(slot));
  const number = (value: number | ScalarSlot) => (isScalarSlot(value) ? scalars[value.scalar]! : value);
  switch (launch.kind) {
    case "kernel":
      return {
        kind: "kernel",
        kernel: launch.kernel,
        work: launch.work,
        reads: launch.reads.map(operand),
        writes: launch.writes.map(operand),
        parameters: launch.parameters.map(number),
        check: launch.check,
      };
    case "expression":
      return {
        kind: "expression",
        expression: launch.expression,
        shape: launch.shape,
        reads: launch.reads.map((read) => ({ operand: view(read.operand), strides: read.strides })),
        writes: launch.writes.map(view),
        scalars: launch.scalars.map(number),
      };
    case "host":
      return {
        kind: "host",
        name: launch.name,
        run: launch.run,
        operands: Object.fromEntries(
          Object.entries(launch.operands).map(([name, host]) => [
            name,
            { ...host, operand: view(host.operand) },
          ]),
        ),
      };
  }
}
