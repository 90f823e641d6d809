import { getBuiltinName } from "../checks/builtin-name.ts";
import { checkValue } from "../checks/check.ts";
import { DTypeError, ShapeError } from "../checks/errors.ts";
import type { Rule } from "../checks/rules.ts";
import { listOf } from "../checks/rules.ts";
import type { Backend } from "../core/devices/backend.ts";
import { countBytes, getDefaultBackend, getStorage } from "../core/devices/backend.ts";
import { leakWatch } from "../core/memory/leak-watch.ts";
import { Tensor, TensorStorage } from "../core/memory/tensor.ts";
import type { Spec } from "../core/spec.ts";
import { checkShape, countElements, formatSpec } from "../core/spec.ts";
import type { DType } from "../expression/dtype.ts";
import { findDTypeOfArray, isFloat, isTruth } from "../expression/dtype.ts";
import { holdsNumber } from "../expression/dtype-kinds.ts";
import type { Storage } from "../expression/storage.ts";
import { countStorageBytes, getArrayType, getCodec, viewAs } from "../expression/storage.ts";

/**
 * A tensor of the given shape and dtype from its values in row-major order. The values are copied to the device; a typed
 * array in the device's own layout is not converted first.
 *
 * Throws ShapeError if the number of values is not that of the shape, DTypeError if the dtype cannot represent one of them,
 * ArgumentError for data other than numbers.
 *
 * @example fromData(new Float32Array(6), { shape: [2, 3], dtype: "f32" })
 */
export function fromData(
  data: ArrayLike<number>,
  { shape, dtype }: Spec,
  options: { readonly backend?: Backend } = {},
): Tensor {
  checkShape(shape);
  if (ArrayBuffer.isView(data)) findDTypeOfArray(data, dtype);
  else checkValue("data", data, numbers);
  const spec = { shape: [...shape], dtype };
  if (data.length !== countElements(shape)) {
    throw new ShapeError(
      `data: found ${data.length} values, expected ${countElements(shape)} for ${formatSpec(spec)}`,
    );
  }
  const backend = options.backend ?? getDefaultBackend();
  const values = toStorage(data, dtype, getStorage(dtype, backend.limits));
  const tensor = new Tensor(new TensorStorage(backend, countBytes(spec, backend.limits)), spec);
  try {
    if (data.length > 0) backend.write(tensor.storage.buffer, 0, values);
  } catch (error) {
    tensor.dispose();
    throw error;
  }
  leakWatch?.noteOrigin("tensor", [tensor], [], fromData);
  return tensor;
}

const numbers: Rule = /* @__PURE__ */ listOf({
  expected: "numbers",
  accepts: (value) => typeof value === "number",
});

function toStorage(data: ArrayLike<number>, dtype: DType, storage: Storage): ArrayBufferView {
  const codec = getCodec(storage);
  const encode = isFloat(dtype) ? codec.encode : makeChecker(dtype);
  const isStored = !isTruth(dtype) && codec.encode === undefined;
  if (isStored && ArrayBuffer.isView(data) && getBuiltinName(data) === getArrayType(storage).name)
    return data;
  const values = viewAs(storage, new ArrayBuffer(data.length * countStorageBytes(storage)));
  if (encode === undefined) values.set(data);
  // A loop, because `from` of typed arrays is tens of times slower.
  else for (let index = 0; index < data.length; index++) values[index] = encode(data[index]!);
  return values;
}

/** Converts numbers to elements; throws DTypeError for numbers that the dtype cannot represent. */
function makeChecker(dtype: DType): (value: number) => number {
  if (isTruth(dtype)) return (value) => Number(value !== 0);
  return (value) => {
    if (holdsNumber(dtype, value)) return value;
    throw new DTypeError(`data: found ${value}, expected integers in the range of ${dtype}`);
  };
}
