/** Functions that WGSL lacks, or whose accuracy or special values it leaves open. */
export type FunctionName =
  | "isNan"
  | "orNan"
  | "minimum"
  | "maximum"
  | "toI32"
  | "toU32"
  | "remainder"
  | "squareRoot"
  | "exponential"
  | "expMinusOne"
  | "logarithm"
  | "logOnePlus"
  | "hyperbolicTangent"
  | "errorFunction"
  | "timesHigh"
  | "placeInTurn"
  | "sineOfTurned"
  | "power"
  | "angle";

/** One definition over vectors of four. */
export interface WgslFunction {
  readonly source: string;
  /** Functions that it calls. */
  readonly uses?: readonly FunctionName[];
}

/** Horner's scheme; coefficients from the highest power down. */
export const printPolynomial = (x: string, coefficients: readonly number[]): string =>
  coefficients
    .slice(1)
    .reduce((sum, coefficient) => `fma(${sum}, ${x}, vec4f(${coefficient}f))`, `vec4f(${coefficients[0]}f)`);
