import { checkOptions, checkValue } from "../checks/check.ts";
import { callable, either, yesOrNo } from "../checks/rules.ts";
import type { DeviceBuffer } from "./launch.ts";
import type { LeakWatch, Made } from "./leak-watch.ts";
import { setLeakWatch } from "./leak-watch.ts";
import { nextTurn } from "./next-turn.ts";
import type { Spec } from "./spec.ts";
import { formatSpec } from "./spec.ts";

/** Tensors of one origin that belonged to no scope and were forgotten without `dispose`. */
export interface Leak {
  /** The operation that made them, such as `add`; absent for memory from before leaks were reported. */
  readonly op?: string;
  /** Shape and dtype; absent where the operation is. */
  readonly spec?: Spec;
  /** Tensors that share their memory count as one. */
  readonly tensors: number;
  /** The bytes of all of them together. */
  readonly bytes: number;
  /** Where they were made: lines of the engine's stack trace, the innermost call first. Absent unless `stacks` is on. */
  readonly stack?: string;
}

/** Gets the leaks that one collection of garbage has found, those with the most bytes first. */
export type LeakListener = (leaks: readonly Leak[]) => void;

/** What a leak report contains. */
export interface LeakReportOptions {
  /** Whether to say where tensors were made, which makes every operation some microseconds slower. Default: false. */
  readonly stacks?: boolean;
}

/**
 * Reports forgotten tensors, for use in development: those that no scope owned, or that `keep` took out of theirs, and that the
 * engine has collected as garbage without a `dispose`. `true` writes reports with `console.warn`, a function gets them as data,
 * `false` ends them. A report comes when the engine collects garbage, which may be late or never; `node --expose-gc` has a
 * function `gc` that collects at once. Tensors that can still be reached are in no report. While no reports are asked for, nothing
 * is recorded.
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
  if (listener === false) setLeakWatch(undefined);
  else setLeakWatch(new LeakReporter(listener === true ? warn : listener, options.stacks ?? false));
}

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
  /** What the next report will say, by origin. */
  private readonly found = new Map<string, Leak>();

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
    const stack = this.hasStacks ? stackAbove(call) : undefined;
    for (const { shape, dtype, storage } of outputs) {
      if (known.has(storage.buffer)) continue;
      known.add(storage.buffer);
      this.origins.set(storage.buffer, { op, spec: { shape, dtype }, stack });
    }
  }

  noteForgotten(buffer: DeviceBuffer): void {
    const origin = this.origins.get(buffer);
    const key = origin ? `${origin.op} ${formatSpec(origin.spec)} ${origin.stack}` : "";
    const { tensors, bytes } = this.found.get(key) ?? { tensors: 0, bytes: 0 };
    if (this.found.size === 0) void nextTurn().then(() => this.report());
    this.found.set(key, { ...origin, tensors: tensors + 1, bytes: bytes + buffer.bytes });
  }

  private report(): void {
    const leaks = [...this.found.values()].sort((a, b) => b.bytes - a.bytes);
    this.found.clear();
    this.listener(leaks);
  }
}

/** Longer than the default of V8: layers of models lie between an operation and the code that a user looks for. */
const framesInStack = 20;

/** The stack trace from the caller of `call` on, as text: objects of the engine would keep what they refer to. */
function stackAbove(call: (...args: never[]) => unknown): string {
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

function formatLeaks(leaks: readonly Leak[]): string {
  const total = { tensors: 0, bytes: 0 };
  const lines = leaks.map(({ op, spec, tensors, bytes, stack }) => {
    total.tensors += tensors;
    total.bytes += bytes;
    const origin = op === undefined ? "from before leaks were reported" : `${op} ${formatSpec(spec)}`;
    return `  ${tensors} x ${origin}, ${bytes} bytes${stack ? `\n${stack}` : ""}`;
  });
  const sum = `${total.tensors} ${total.tensors === 1 ? "tensor" : "tensors"} (${total.bytes} bytes)`;
  return [`${sum} belonged to no scope and were forgotten without dispose:`, ...lines].join("\n");
}
