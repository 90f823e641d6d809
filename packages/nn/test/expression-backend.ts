import type {
  Backend,
  BufferView,
  DeviceBuffer,
  DType,
  ExpressionLaunch,
  Launch,
  NumericArray,
  Storage,
} from "@evenkeel/tensor";
import { bytesOfStorage, evaluator, sizeOf, viewAs } from "@evenkeel/tensor";

const storages: Partial<Record<DType, Storage>> = {
  f32: "f32",
  i32: "i32",
  u32: "u32",
  u8: "u8",
  bool: "u8",
};

class HostBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly memory: ArrayBuffer;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.memory = new ArrayBuffer(bytes);
  }
}

/** A device for tests of this package: it evaluates expressions point by point, and counts what is alive. */
export class ExpressionBackend implements Backend {
  readonly name = "expressions";
  readonly device = "test";
  readonly languages: readonly string[] = [];
  readonly limits: Backend["limits"] = {
    storage: storages,
    maxBufferBytes: 2 ** 30,
    offsetAlignment: 4,
    features: new Set<string>(),
  };
  private readonly alive = new Set<DeviceBuffer>();

  /** The number of buffers that were allocated and not freed. */
  get buffers(): number {
    return this.alive.size;
  }

  allocate(bytes: number): DeviceBuffer {
    const buffer = new HostBuffer(bytes);
    this.alive.add(buffer);
    return buffer;
  }

  free(buffer: DeviceBuffer): void {
    if (!this.alive.delete(buffer)) throw new Error("a buffer was freed twice");
  }

  write(buffer: DeviceBuffer, byteOffset: number, data: ArrayBufferView): void {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    new Uint8Array((buffer as HostBuffer).memory).set(bytes, byteOffset);
  }

  async read(buffer: DeviceBuffer, byteOffset: number, bytes: number): Promise<ArrayBuffer> {
    return (buffer as HostBuffer).memory.slice(byteOffset, byteOffset + bytes);
  }

  launch(launch: Launch): void {
    if (launch.kind !== "expression") throw new Error(`found a launch of kind ${launch.kind}`);
    evaluate(launch);
  }

  async idle(): Promise<void> {}

  memory(): { live: number; pooled: number; peak: number } {
    const live = [...this.alive].reduce((total, { bytes }) => total + bytes, 0);
    return { live, pooled: 0, peak: live };
  }

  async close(): Promise<void> {}
}

function arrayOf({ buffer, byteOffset, bytes }: BufferView, dtype: DType): NumericArray {
  const storage = storages[dtype]!;
  return viewAs(storage, (buffer as HostBuffer).memory, byteOffset, bytes / bytesOfStorage(storage));
}

function evaluate(launch: ExpressionLaunch<BufferView, never>): void {
  const { expression, shape, reads, writes, scalars } = launch;
  const apply = evaluator(expression);
  const inputs = reads.map(({ operand }, index) => arrayOf(operand, expression.inputs[index]!));
  const outputs = writes.map((operand, index) => arrayOf(operand, expression.outputs[index]!.dtype));
  for (let point = 0; point < sizeOf(shape); point++) {
    const values = inputs.map((input, index) => input[positionOf(point, shape, reads[index]!.strides)]!);
    apply(values, scalars, point).forEach((value, index) => {
      outputs[index]![point] = value;
    });
  }
}

function positionOf(point: number, shape: readonly number[], strides: readonly number[]): number {
  let position = 0;
  let rest = point;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}
