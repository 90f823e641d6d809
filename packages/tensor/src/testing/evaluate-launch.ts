import type { Limits } from "../core/devices/backend.ts";
import { storageOf } from "../core/devices/backend.ts";
import type { BufferView, DeviceBuffer, ExpressionLaunch } from "../core/devices/launch.ts";
import { sizeOf } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import { evaluator } from "../expression/evaluate.ts";
import { bytesOfStorage, codecOf, viewAs } from "../expression/storage.ts";

/** The elements of an operand as numbers. */
interface Elements {
  get(at: number): number;
  set(at: number, value: number): void;
}

/** Evaluates an expression in float64 at every point, over the contents of buffers. */
export function evaluateLaunch(
  { expression, shape, reads, writes, scalars }: ExpressionLaunch<BufferView, never>,
  limits: Limits,
  contentsOf: (buffer: DeviceBuffer) => ArrayBuffer,
): void {
  const elementsOf = ({ buffer, byteOffset, bytes }: BufferView, dtype: DType): Elements => {
    const storage = storageOf(dtype, limits);
    const values = viewAs(storage, contentsOf(buffer), byteOffset, bytes / bytesOfStorage(storage));
    const { decode = (bits) => bits, encode = (value) => value } = codecOf(storage);
    return {
      get: (at) => decode(values[at]!),
      set: (at, value) => {
        values[at] = encode(value);
      },
    };
  };
  const inputs = reads.map(({ operand }, index) => elementsOf(operand, expression.inputs[index]!));
  const outputs = writes.map((operand, index) => elementsOf(operand, expression.outputs[index]!.dtype));
  const evaluate = evaluator(expression);
  for (let point = 0; point < sizeOf(shape); point++) {
    const values = inputs.map((input, index) => input.get(positionOf(point, shape, reads[index]!.strides)));
    for (const [index, value] of evaluate(values, scalars, point).entries())
      outputs[index]!.set(point, value);
  }
}

/** The index of a point's element in an operand with these strides. */
export function positionOf(point: number, shape: readonly number[], strides: readonly number[]): number {
  let position = 0;
  let rest = point;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}
