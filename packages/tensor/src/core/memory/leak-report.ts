import { checkOptions, checkValue } from "../../checks/check.ts";
import { callable, either, yesOrNo } from "../../checks/rules.ts";
import type { DeviceBuffer } from "../devices/launch.ts";
import { waitForNextTurn } from "../platform/next-turn.ts";
import type { Spec } from "../spec.ts";
import { formatSpec } from "../spec.ts";
import type { LeakWatch, Made } from "./leak-watch.ts";
import { setLeakWatch } from "./leak-watch.ts";

/** Tensors with the same origin that belong to no scope and were not disposed. */
export interface UnfreedTensors {
  /** The operation that created them, such as `add`; undefined for memory that was allocated before leaks were reported. */
  readonly op?: string;
  /** Shape and dtype; undefined if the operation is. */
  readonly spec?: Spec;
  /** The number of tensors; those that share their memory count as one. */
  readonly tensors: number;
  /** The total number of bytes. */
  readonly bytes: number;
  /** The call site: lines of the engine's stack trace, innermost call first. Undefined unless `stacks` is on. */
  readonly stack?: string;
}

/** Gets the forgotten tensors that one garbage collection has found, those with the most bytes first. */
export type LeakListener = (leaks: readonly UnfreedTensors[]) => void;

/** What a leak report contains. */
export interface LeakReportOptions {
  /** Whether reports contain call sites, which makes every operation some microseconds slower. Default: false. */
  readonly stacks?: boolean;
}

/**
 * Reports forgotten tensors, for use in development: those that no scope owned, or that `keep` took out of their scope,
 * and that the engine has collected as garbage before they were disposed. `true` writes reports with `console.warn`, a
 * function gets them as data, `false` switches them off. A report comes when the engine collects garbage, which may be
 * late or never; `node --expose-gc` has a function `gc` that collects at once. Reports do not include tensors that can
 * still be reached, but `listUnfreedTensors` does. While reports are off, nothing is recorded.
 *
 * Throws ArgumentError for anything but a boolean or a function.
 *
 * @example
 * reportLeaks(true, { stacks: true });
 * const y = scope(() => relu(add(x, 1))); // "1 tensor (128 bytes) belonged to no scope ..." where y is forgotten without dispose
 */
export function reportLeaks(listener: boolean | LeakListener, options: LeakReportOptions = {}): void {
  checkValue("reportLeaks: listener", listener, either(yesOrNo, callable));
  checkOptions<LeakReportOptions>("reportLeaks", options, { stacks: yesOrNo });
  reporter =
    listener === false
      ? undefined
      : new LeakReporter(listener === true ? warn : listener, options.stacks ?? false);
  setLeakWatch(reporter);
}

/**
 * The tensors that belong to no scope and have not been disposed, by origin, those with the most bytes first: those of
 * models and optimizers, and all others that a program still holds or has just forgotten. It includes only memory that
 * was outside all scopes after `reportLeaks` was called; without that call, the list is empty.
 *
 * @example
 * reportLeaks(true);
 * const losses = [mul(x, y), mul(x, y)];
 * listUnfreedTensors(); // has { op: "mul", tensors: 2, bytes: 256, ... }
 */
export function listUnfreedTensors(): UnfreedTensors[] {
  return reporter?.listUnfreed() ?? [];
}

let reporter: LeakReporter | undefined;

const warn: LeakListener = (leaks) => console.warn(formatLeaks(leaks));

interface Origin {
  readonly op: string;
  readonly spec: Spec;
  readonly stack: string | undefined;
}

class LeakReporter implements LeakWatch {
  private readonly listener: LeakListener;
  private readonly hasStacks: boolean;
  private readonly origins = new WeakMap<DeviceBuffer, Origin>();
  private readonly unscoped = new Set<DeviceBuffer>();
  /** The buffers for the next report. */
  private forgotten: DeviceBuffer[] = [];

  constructor(listener: LeakListener, hasStacks: boolean) {
    this.listener = listener;
    this.hasStacks = hasStacks;
  }

  noteOrigin(
    op: string,
    outputs: readonly Made[],
    inputs: readonly (Made | undefined)[],
    call: (...args: never[]) => unknown,
  ): void {
    const known = new Set<DeviceBuffer>();
    for (const input of inputs) if (input && !input.isDisposed) known.add(input.storage.buffer);
    const stack = this.hasStacks ? takeStackAbove(call) : undefined;
    for (const { shape, dtype, storage } of outputs) {
      if (known.has(storage.buffer)) continue;
      known.add(storage.buffer);
      this.origins.set(storage.buffer, { op, spec: { shape, dtype }, stack });
    }
  }

  noteUnscoped(buffer: DeviceBuffer): void {
    this.unscoped.add(buffer);
  }

  noteFreed(buffer: DeviceBuffer): void {
    this.unscoped.delete(buffer);
  }

  noteForgotten(buffer: DeviceBuffer): void {
    this.unscoped.delete(buffer);
    if (this.forgotten.length === 0) void waitForNextTurn().then(() => this.report());
    this.forgotten.push(buffer);
  }

  listUnfreed(): UnfreedTensors[] {
    return this.groupByOrigin(this.unscoped);
  }

  describeLargest(): string {
    return this.listUnfreed().slice(0, 3).map(describeGroup).join("; ");
  }

  private report(): void {
    const leaks = this.groupByOrigin(this.forgotten);
    this.forgotten = [];
    this.listener(leaks);
  }

  private groupByOrigin(buffers: Iterable<DeviceBuffer>): UnfreedTensors[] {
    const groups = new Map<string, UnfreedTensors>();
    for (const buffer of buffers) {
      const origin = this.origins.get(buffer);
      const key = origin ? `${origin.op} ${formatSpec(origin.spec)} ${origin.stack}` : "";
      const { tensors, bytes } = groups.get(key) ?? { tensors: 0, bytes: 0 };
      groups.set(key, { ...origin, tensors: tensors + 1, bytes: bytes + buffer.bytes });
    }
    return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
  }
}

/** More than the default of V8, because layers of models are between an operation and the user's own code. */
const framesInStack = 20;

/** The stack trace from the caller of `call` on, as text, because the engine's objects would keep alive what they refer to. */
function takeStackAbove(call: (...args: never[]) => unknown): string {
  const engine = Error as { stackTraceLimit?: number } & Partial<
    Record<"captureStackTrace", (holder: object, above: unknown) => void>
  >;
  const limit = engine.stackTraceLimit;
  engine.stackTraceLimit = framesInStack;
  try {
    const holder: { stack?: string } = engine.captureStackTrace ? {} : new Error();
    engine.captureStackTrace?.(holder, call);
    return (holder.stack ?? "").replace(/^Error.*\n/, "");
  } finally {
    if (limit !== undefined) engine.stackTraceLimit = limit;
  }
}

function describeGroup({ op, spec, tensors, bytes }: UnfreedTensors): string {
  const origin = op === undefined ? "from before leaks were reported" : `${op} ${formatSpec(spec)}`;
  return `${tensors} x ${origin}, ${bytes} bytes`;
}

function formatLeaks(leaks: readonly UnfreedTensors[]): string {
  const tensors = leaks.reduce((total, leak) => total + leak.tensors, 0);
  const bytes = leaks.reduce((total, leak) => total + leak.bytes, 0);
  const sum = `${tensors} ${tensors === 1 ? "tensor" : "tensors"} (${bytes} bytes)`;
  const lines = leaks.map((leak) => `  ${describeGroup(leak)}${leak.stack ? `\n${leak.stack}` : ""}`);
  return [`${sum} belonged to no scope and were forgotten without dispose:`, ...lines].join("\n");
}
