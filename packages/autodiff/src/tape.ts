import type {
  AnyOp,
  Attributes,
  Executor,
  Gradient,
  OpCall,
  Spec,
  Tensor,
  TensorStorage,
} from "@evenkeel/tensor";
import {
  findGradient,
  isFloat,
  keep,
  MissingGradientError,
  makeAlias,
  runComposition,
  scope,
  trackInScope,
  withExecutor,
} from "@evenkeel/tensor";
import { callable, checkValue } from "@evenkeel/tensor/checks";
import type { GradientMap } from "./gradient-map.ts";

/** One recorded call: the values that its gradient rule reads, and the ids of the values that it connects. */
interface Step {
  readonly op: AnyOp;
  readonly attrs: Attributes;
  readonly scalars: readonly number[];
  readonly rule: Gradient<Attributes> | undefined;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly (Tensor | undefined)[];
  readonly inputSpecs: readonly (Spec | undefined)[];
  readonly outputSpecs: readonly Spec[];
  /** Undefined for inputs that do not depend on a tracked value. */
  readonly inputIds: readonly (number | undefined)[];
  readonly outputIds: readonly number[];
}

let tapesMade = 0;
let firstRecording = 0;

/**
 * Runs `f` without recording it for the gradients that are currently computed. A `grad` in `f` still works.
 *
 * @example const target = withoutGradient(() => teacher.forward(x));
 */
export function withoutGradient<Result>(f: () => Result): Result {
  checkValue("withoutGradient", f, callable);
  const outer = firstRecording;
  firstRecording = tapesMade;
  try {
    return f();
  } finally {
    firstRecording = outer;
  }
}

/**
 * Records the calls that depend on tracked values, and runs the backward pass over them. It wraps the executor that was
 * current when it was created. That may be an outer tape, so derivatives can be differentiated again.
 */
export class Tape implements Executor {
  private readonly inner: Executor;
  private readonly serial: number = tapesMade++;
  private readonly tracked = new Set<number>();
  private readonly steps: Step[] = [];
  /** The number of saved values in each storage. Calls must not write to such a storage. */
  private readonly saved = new Map<TensorStorage, number>();

  constructor(inner: Executor) {
    this.inner = inner;
  }

  /** Records all later calls that read this value, and protects its memory from being overwritten. */
  track(source: Tensor): void {
    this.tracked.add(source.id);
    this.protect(source.storage);
  }

  isTracked(tensor: Tensor): boolean {
    return isFloat(tensor.dtype) && this.tracked.has(tensor.id);
  }

  execute(call: OpCall): Tensor[] {
    const flows = call.inputs.map((input) => input !== undefined && this.isTracked(input));
    if (this.serial < firstRecording || !flows.includes(true)) return this.forward(call);
    const rule = findGradient(call.op, call.inputs, call.attrs);
    if (rule === undefined && "composition" in call.op.meaning) {
      call.op.outputs(call.inputs, call.attrs);
      return runComposition(call, makeAlias);
    }
    return this.record(call, rule, flows);
  }

  private record(call: OpCall, rule: Gradient<Attributes> | undefined, flows: readonly boolean[]): Tensor[] {
    const { op, attrs, scalars } = call;
    const reads = rule?.reads(attrs) ?? { inputs: [], outputs: [] };
    const inputIds = call.inputs.map((input, index) => (flows[index] ? input!.id : undefined));
    const inputSpecs = call.inputs.map(toSpec);
    const inputs = call.inputs.map((input, index) =>
      reads.inputs.includes(index) ? this.save(input) : undefined,
    );
    let outputs: Tensor[];
    try {
      outputs = this.forward(call);
    } catch (error) {
      for (const input of inputs) this.forget(input);
      throw error;
    }
    this.steps.push({
      op,
      attrs,
      scalars,
      rule,
      inputs,
      inputSpecs,
      inputIds,
      outputs: outputs.map((output, index) =>
        reads.outputs.includes(index) ? this.save(output) : undefined,
      ),
      outputSpecs: outputs.map((output) => toSpec(output)!),
      outputIds: outputs.map(({ id }) => id),
    });
    for (const { id, dtype } of outputs) if (isFloat(dtype)) this.tracked.add(id);
    return outputs;
  }

  /** Donated memory that contains a saved value is disposed, as the caller expects, but not overwritten. */
  private forward(call: OpCall): Tensor[] {
    const spared = call.inputs.filter(
      (input, index) => input !== undefined && call.donated[index] && this.saved.has(input.storage),
    );
    const passed =
      spared.length === 0
        ? call
        : {
            ...call,
            donated: call.donated.map((donated, index) => donated && !spared.includes(call.inputs[index])),
          };
    const outputs = withExecutor(this.inner, () => this.inner.execute(passed));
    for (const input of spared) input?.dispose();
    return outputs;
  }

  private protect(storage: TensorStorage): void {
    this.saved.set(storage, (this.saved.get(storage) ?? 0) + 1);
  }

  private save(tensor: Tensor | undefined): Tensor | undefined {
    if (tensor === undefined) return undefined;
    this.protect(tensor.storage);
    return keep(makeAlias(tensor));
  }

  private forget(saved: Tensor | undefined): void {
    if (saved === undefined || saved.isDisposed) return;
    const count = this.saved.get(saved.storage)!;
    if (count === 1) this.saved.delete(saved.storage);
    else this.saved.set(saved.storage, count - 1);
    saved.dispose();
  }

  private forgetStep({ inputs, outputs }: Step): void {
    for (const tensor of inputs) this.forget(tensor);
    for (const tensor of outputs) this.forget(tensor);
  }

  /**
   * Sums the gradients of all tracked values, from the last step to the first, with the current executor. Saved
   * values and gradients are freed on the way, unless `retain` keeps the record for another backward pass.
   */
  backward(gradients: GradientMap, options: { readonly retain?: boolean } = {}): void {
    if (options.retain) {
      for (const step of this.steps.toReversed()) propagate(step, gradients, false);
      return;
    }
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        propagate(step, gradients, true);
      } finally {
        this.forgetStep(step);
      }
    }
  }

  /** Transfers saved values to the current scope, for records that outlive the call that created them. */
  moveToScope(): void {
    for (const { inputs, outputs } of this.steps) {
      for (const tensor of [...inputs, ...outputs]) if (tensor !== undefined) trackInScope(tensor);
    }
  }

  dispose(): void {
    for (const step of this.steps.splice(0)) this.forgetStep(step);
  }
}

const toSpec = (tensor: Tensor | undefined): Spec | undefined =>
  tensor && { shape: tensor.shape, dtype: tensor.dtype };

/** Told of each recorded call before its gradient rule runs, by the ids of its outputs, and of none after it. */
type BackwardObserver = (outputIds: readonly number[] | undefined) => void;

let observer: BackwardObserver | undefined;

/**
 * Runs `body` and tells the observer whose gradient the operations belong to that run meanwhile: which recorded call, by the ids of
 * its outputs, or undefined outside of backward passes.
 */
export function observeBackward<Result>(observe: BackwardObserver, body: () => Result): Result {
  checkValue("observeBackward: observer", observe, callable);
  checkValue("observeBackward", body, callable);
  const outer = observer;
  observer = observe;
  try {
    return body();
  } finally {
    observer = outer;
  }
}

function propagate(step: Step, gradients: GradientMap, isLastUse: boolean): void {
  const { op, rule, inputSpecs, outputSpecs, inputIds, outputIds } = step;
  const outputGradients = outputIds.map((id) => gradients.take(id));
  if (outputGradients.every((gradient) => gradient === undefined)) return;
  try {
    if (rule === undefined) {
      throw new MissingGradientError(
        `${op.name}: found no gradient, expected one: a differentiated result depends on this operation`,
      );
    }
    observer?.(outputIds);
    scope(() => {
      const needed = inputIds.map((id) => id !== undefined);
      const results = rule.apply({ ...step, outputGradients, needed, inputSpecs, outputSpecs, isLastUse });
      inputIds.forEach((id, index) => {
        const gradient = results[index];
        if (id !== undefined && gradient !== undefined)
          gradients.add(id, gradient, inputSpecs[index]!, op.name);
      });
    });
  } finally {
    observer?.(undefined);
    for (const gradient of outputGradients) gradient?.dispose();
  }
}
