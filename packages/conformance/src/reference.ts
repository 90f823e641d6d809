import type {
  Backend,
  DeviceBuffer,
  Executor,
  Expression,
  OpCall,
  ReferenceArray,
  Spec,
} from "@evenkeel/tensor";
import {
  allTypes,
  BackendError,
  countElements,
  DisposedError,
  fromData,
  runComposition,
  Tensor,
  TensorStorage,
  toStored,
  withExecutor,
} from "@evenkeel/tensor";
import { forEachBlock } from "./expression-blocks.ts";

const elementBytes = Float64Array.BYTES_PER_ELEMENT;

interface HostBuffer extends DeviceBuffer {
  readonly values: Float64Array;
}

/** The memory of the float64 reference: every dtype is stored in float64, which represents all of them exactly. */
class ReferenceBackend implements Backend {
  readonly name = "reference";
  readonly device = "float64 loops";
  readonly languages: readonly string[] = [];
  readonly limits: Backend["limits"] = {
    storage: Object.fromEntries(allTypes.map((dtype) => [dtype, "f64"])),
    maxBufferBytes: 2 ** 32,
    offsetAlignment: elementBytes,
    features: new Set(["non-finite"]),
  };
  private readonly alive = new Set<DeviceBuffer>();
  private live = 0;
  private peak = 0;

  allocate(bytes: number): HostBuffer {
    const buffer = { bytes, values: new Float64Array(bytes / elementBytes) };
    this.alive.add(buffer);
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    if (!this.alive.delete(buffer)) throw new DisposedError("reference: a buffer was freed twice");
    this.live -= buffer.bytes;
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const { buffer: memory } = (buffer as HostBuffer).values;
    new Uint8Array(memory, byteOffset, data.byteLength).set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    return (buffer as HostBuffer).values.buffer.slice(byteOffset, byteOffset + bytes) as ArrayBuffer;
  }

  launch(): void {
    throw new BackendError(
      "reference: found a launch, expected `withExecutor(referenceExecutor, ...)`: the reference evaluates meanings",
    );
  }

  async idle(): Promise<void> {}

  memory(): { live: number; pooled: number; peak: number } {
    return { live: this.live, pooled: 0, peak: this.peak };
  }

  async close(): Promise<void> {}
}

/** The backend of tensors for `referenceExecutor`. */
export const referenceBackend: Backend = /* @__PURE__ */ new ReferenceBackend();

/**
 * Evaluates the meaning of every op in float64, on tensors of `referenceBackend`; kernels play no part. It is the oracle
 * of every test. Indices out of range give the values that devices put in their place, and are not reported.
 *
 * @example
 * const y = withExecutor(referenceExecutor, () => tanh(referenceTensor([0.5], { shape: [1], dtype: "f32" })));
 */
export const referenceExecutor: Executor = {
  execute(call) {
    return withExecutor(referenceExecutor, () => evaluateMeaning(call));
  },
};

/** A reference tensor with these values. */
export function referenceTensor(values: ArrayLike<number>, spec: Spec): Tensor {
  return fromData(values, spec, { backend: referenceBackend });
}

/** The values of a reference tensor, without a copy. */
export function readValues(tensor: Tensor): Float64Array {
  const { values } = tensor.storage.buffer as HostBuffer;
  const start = tensor.byteOffset / elementBytes;
  return values.subarray(start, start + tensor.size);
}

function evaluateMeaning(call: OpCall): Tensor[] {
  const { op, inputs, attrs, scalars, donated } = call;
  const specs = op.outputs(inputs, attrs);
  if ("composition" in op.meaning) {
    return runComposition(call, (input) => new Tensor(input.storage, input, input.byteOffset));
  }
  const operands = inputs.map((input) => input && toReferenceArray(input));
  const outputs = specs.map(zeroTensor);
  if ("loops" in op.meaning) op.meaning.loops(operands, outputs.map(toReferenceArray), attrs, scalars);
  else
    evaluateExpression(
      op.meaning.expression(inputs, attrs),
      operands,
      outputs.map(toReferenceArray),
      scalars,
    );
  inputs.forEach((input, index) => {
    if (donated[index]) input?.dispose();
  });
  return outputs;
}

function zeroTensor(spec: Spec): Tensor {
  return new Tensor(new TensorStorage(referenceBackend, countElements(spec.shape) * elementBytes), spec);
}

const toReferenceArray = (tensor: Tensor): ReferenceArray => ({
  shape: tensor.shape,
  dtype: tensor.dtype,
  data: readValues(tensor),
});

function evaluateExpression(
  expression: Expression,
  inputs: readonly (ReferenceArray | undefined)[],
  outputs: readonly ReferenceArray[],
  scalars: readonly number[],
): void {
  const operands = inputs.filter((input) => input !== undefined);
  forEachBlock(expression, operands, outputs[0]!.shape, scalars, (values, first, count) => {
    expression.outputs.forEach(({ node, dtype }, index) => {
      const { data } = outputs[index]!;
      const results = values[node]!;
      for (let point = 0; point < count; point++) data[first + point] = toStored(dtype, results[point]!);
    });
  });
}
