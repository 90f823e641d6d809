import { checkOptions, checkValue } from "../checks/check.ts";
import { ArgumentError } from "../checks/errors.ts";
import { finite, nonNegativeInteger } from "../checks/rules.ts";
import { checkFits, getDefaultBackend } from "../core/devices/backend.ts";
import type { Tensor } from "../core/memory/tensor.ts";
import type { Shape } from "../core/spec.ts";
import { countElements } from "../core/spec.ts";
import type { CreationOptions } from "./creation-options.ts";
import { creationRules } from "./creation-options.ts";
import { fromData } from "./from-data.ts";
import { allocateHostValues } from "./host-values.ts";

/**
 * start, start + step, ... up to, but excluding, end. Each value is rounded only once, so errors do not accumulate.
 *
 * Shapes: -> [ceil((end - start) / step)], empty when that is negative. Throws ArgumentError when step is 0 or an argument
 * is not finite.
 *
 * @param options.step default 1
 * @example arange(0, 3) // [0, 1, 2]
 */
export function arange(
  start: number,
  end: number,
  options: CreationOptions & { readonly step?: number } = {},
): Tensor {
  checkOptions<typeof options>("arange", options, { ...creationRules, step: finite });
  const { step = 1 } = options;
  if (![start, end, step].every(Number.isFinite) || step === 0) {
    throw new ArgumentError(
      `arange: found start ${start}, end ${end}, step ${step}, expected finite numbers and a step other than 0`,
    );
  }
  const length = Math.max(0, Math.ceil((end - start) / step));
  return fillOnHost("arange", [length], options, (values) => {
    for (let index = 0; index < length; index++) values[index] = start + index * step;
  });
}

/**
 * `count` evenly spaced values, including both ends.
 *
 * Shapes: -> [count]. Throws ArgumentError unless count is a non-negative integer and the ends are finite.
 *
 * @example linspace(0, 1, 5) // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, end: number, count: number, options: CreationOptions = {}): Tensor {
  checkOptions<CreationOptions>("linspace", options, creationRules);
  checkValue("linspace: start", start, finite);
  checkValue("linspace: end", end, finite);
  checkValue("linspace: count", count, nonNegativeInteger);
  return fillOnHost("linspace", [count], options, (values) => {
    for (let index = 0; index < count; index++) {
      const fraction = count === 1 ? 0 : index / (count - 1);
      values[index] = start * (1 - fraction) + end * fraction;
    }
  });
}

/**
 * The identity matrix: ones on the main diagonal, zeros elsewhere.
 *
 * Shapes: -> [rows, columns]. Throws ArgumentError unless both are non-negative integers.
 *
 * @param options.columns default: as many as rows
 * @example eye(2) // [[1, 0], [0, 1]]
 */
export function eye(rows: number, options: CreationOptions & { readonly columns?: number } = {}): Tensor {
  checkOptions<typeof options>("eye", options, { ...creationRules, columns: nonNegativeInteger });
  checkValue("eye: rows", rows, nonNegativeInteger);
  const { columns = rows } = options;
  return fillOnHost("eye", [rows, columns], options, (values) => {
    for (let row = 0; row < Math.min(rows, columns); row++) values[row * columns + row] = 1;
  });
}

/** A tensor of values that `fill` writes on the host, once it is certain that the device can hold them. */
function fillOnHost(
  operation: string,
  shape: Shape,
  options: CreationOptions,
  fill: (values: Float64Array) => void,
): Tensor {
  const { dtype = "f32", backend = getDefaultBackend() } = options;
  checkFits(operation, { shape, dtype }, backend);
  const values = allocateHostValues(operation, countElements(shape));
  fill(values);
  return fromData(values, { shape, dtype }, { backend });
}
