import type { Backend, Executor, OpCall, Spec } from "@evenkeel/tensor";
import { runComposition, scope, Tensor, TensorStorage, withExecutor } from "@evenkeel/tensor";

/** Bytes of the memory that all results share: nothing is ever read from it or written to it. */
const placeholderBytes = 16;

/** An operation as the summary sees it. */
export interface SeenCall {
  readonly call: OpCall;
  readonly outputs: readonly Spec[];
  /** Whether the results are views of memory that an input has. */
  readonly isView: boolean;
}

/** Operations without any computation and without memory for their results: only shapes and dtypes are found out. */
export class ShapeExecutor implements Executor {
  readonly backend: Backend;
  private readonly storage: TensorStorage;
  private readonly onCall: (seen: SeenCall) => void;

  constructor(backend: Backend, onCall: (seen: SeenCall) => void) {
    this.backend = backend;
    this.onCall = onCall;
    this.storage = new TensorStorage(backend, placeholderBytes);
    // The memory lasts until `dispose`, however many results come and go.
    this.storage.retain();
  }

  makeTensor(spec: Spec): Tensor {
    return new Tensor(this.storage, spec);
  }

  execute(call: OpCall): Tensor[] {
    return this.pass(call, this.onCall);
  }

  /** Calls `onPart` for the operations of which this one is composed; for none where it is not a composition. */
  runParts(call: OpCall, onPart: (seen: SeenCall) => void): void {
    if (!("composition" in call.op.meaning)) return;
    const inner: Executor = { backend: this.backend, execute: (part) => this.pass(part, onPart) };
    const kept = { ...call, donated: call.donated.map(() => false) };
    scope(() => void withExecutor(inner, () => runComposition(kept, (input) => input)));
  }

  private pass(call: OpCall, onCall: (seen: SeenCall) => void): Tensor[] {
    const { op, inputs, attrs, donated } = call;
    const outputs = op.outputs(inputs, attrs);
    onCall({ call, outputs, isView: op.plan !== undefined });
    inputs.forEach((input, index) => {
      if (donated[index]) input?.dispose();
    });
    return outputs.map((spec) => this.makeTensor(spec));
  }

  dispose(): void {
    this.storage.release();
  }
}
