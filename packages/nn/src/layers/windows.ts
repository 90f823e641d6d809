import { ArgumentError } from "@evenkeel/tensor";

/** One number for each dimension. */
export const toList = (extent: unknown, dimensions: number): readonly number[] =>
  typeof extent === "number" ? new Array<number>(dimensions).fill(extent) : (extent as readonly number[]);

/** Throws ArgumentError unless the groups divide the channels. */
export function checkGroups(where: string, channels: readonly number[], groups = 1): void {
  const odd = channels.find((count) => count % groups !== 0);
  if (odd === undefined) return;
  throw new ArgumentError(
    `${where}: groups: found ${groups} for ${odd} channels, expected a divisor of ${odd}`,
  );
}

/** A pair in a list, such as the padding before and after, has a colon: `1:2x0:1`. */
const describeExtent = (value: unknown): unknown =>
  Array.isArray(value) ? value.map((one) => (Array.isArray(one) ? one.join(":") : one)).join("x") : value;

/** Describes a window and its options: `3x3, stride 2, padding 1`. */
export function describeWindow(kernel: readonly number[], options: object): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const parts = given.map(([name, value]) => `${name} ${describeExtent(value)}`);
  return [kernel.join("x"), ...parts].join(", ");
}
