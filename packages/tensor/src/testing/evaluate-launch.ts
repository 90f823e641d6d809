import type { Limits } from "../core/devices/backend.ts";
import { getStorage } from "../core/devices/backend.ts";
import type { BufferView, DeviceBuffer, ExpressionLaunch } from "../core/devices/launch.ts";
import { countElements } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import { makeEvaluator } from "../expression/evaluate.ts";
import { countStorageBytes, getCodec, viewAs } from "../expression/storage.ts";

/** The elements of an operand as numbers. */
interface Elements {
  get(at: number): number;
  set(at: number, value: number): void;
}

/** Evaluates an expression in float64 at every point, over the contents of buffers. */
export function evaluateLaunch(
  { expression, shape, reads, writes, scalars }: ExpressionLaunch<BufferView, never>,
  limits: Limits,
  getContents: (buffer: DeviceBuffer) => ArrayBuffer,
): void {
  const viewElements = ({ buffer, byteOffset, bytes }: BufferView, dtype: DType): Elements => {
    const storage = getStorage(dtype, limits);
    const values = viewAs(storage, getContents(buffer), byteOffset, bytes / countStorageBytes(storage));
    const { decode = (bits) => bits, encode = (value) => value } = getCodec(storage);
    return {
      get: (at) => decode(values[at]!),
      set: (at, value) => {
        values[at] = encode(value);
      },
    };
  };
  const inputs = reads.map(({ operand }, index) => viewElements(operand, expression.inputs[index]!));
  const outputs = writes.map((operand, index) => viewElements(operand, expression.outputs[index]!.dtype));
  const evaluate = makeEvaluator(expression);
  for (let point = 0; point < countElements(shape); point++) {
    const values = inputs.map((input, index) =>
      input.get(computePosition(point, shape, reads[index]!.strides)),
    );
    for (const [index, value] of evaluate(values, scalars, point).entries())
      outputs[index]!.set(point, value);
  }
}

/** The index of a point's element in an operand with these strides. */
export function computePosition(point: number, shape: readonly number[], strides: readonly number[]): number {
  let position = 0;
  let rest = point;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    position += (rest % shape[axis]!) * strides[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return position;
}
