import type { Activation, Value } from "@evenkeel/tensor";
import { ArgumentError, e } from "@evenkeel/tensor";
import { nonNegative } from "@evenkeel/tensor/checks";
import { activationCodes } from "./wasm/activation.kernels.ts";

/** Throws ArgumentError for anything but "none", "relu" and { leakyRelu } with a slope of at least 0. */
export function checkActivation(operation: string, activation: Activation): void {
  if (activation === "none" || activation === "relu") return;
  const slope = typeof activation === "object" ? activation?.leakyRelu : undefined;
  if (nonNegative.accepts(slope)) return;
  throw new ArgumentError(
    `${operation}: activation: found ${JSON.stringify(activation)}, expected "none", "relu" or { leakyRelu: slope } with a slope of at least 0`,
  );
}

/** The factor of values that are not above 0. */
const getSlope = (activation: Activation): number => {
  if (typeof activation === "object") return activation.leakyRelu;
  return activation === "relu" ? 0 : 1;
};

/** The code and the slope that identify the activation in kernels. */
export function encodeActivation(activation: Activation): { activation: number; slope: number } {
  const slope = getSlope(activation);
  const name = activation === "none" ? "none" : slope === 0 ? "relu" : "leakyRelu";
  return { activation: activationCodes[name], slope };
}

/** `value`, multiplied by the slope of the activation where `basis` is at most 0. NaN counts as above 0. */
export function activated(activation: Activation, basis: Value, value: Value): Value {
  if (activation === "none") return value;
  const slope = getSlope(activation);
  return e.select(e.lessEqual(basis, 0), slope === 0 ? 0 : e.mul(value, slope), value);
}
