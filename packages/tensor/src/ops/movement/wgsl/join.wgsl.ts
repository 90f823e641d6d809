import type { WgslOperands } from "../../../core/devices/kernel-schema.ts";
import type { WgslKernel } from "../../../core/devices/launch.ts";
import { joinSchemas, makeWgslKernel } from "../../../core/plans/wgsl.ts";
import { writeInvocationEntry } from "./invocations.ts";
import type { Unit } from "./units.ts";
import { writeUnitAlias } from "./units.ts";

/** The name of each part that is read. */
export const namePart = (part: number): string => `x${part}`;

const writeEach = (parts: number, line: (part: number) => string): string =>
  Array.from({ length: parts }, (_, part) => line(part)).join("\n");

const join = { writes: { y: "Unit" }, parameters: { count: "u32", row: "u32" } } as const;

/**
 * For each part: the end of its elements among all, the number of its elements in a row, their beginning in a row of y,
 * and the beginning of its elements among all.
 */
interface Parts {
  readonly reads: WgslOperands;
  readonly parameters: { readonly parts: `array<vec4u, ${number}>` };
}

/** Copies several tensors into one: an invocation copies an element of any of them. */
export function writeJoinKernel(unit: Unit, count: number): WgslKernel<typeof join & Parts> {
  const parts: Parts = {
    reads: Object.fromEntries(Array.from({ length: count }, (_, part) => [namePart(part), "Unit"])),
    parameters: { parts: `array<vec4u, ${count}>` },
  };
  const code = `${writeUnitAlias(unit)}
${writeInvocationEntry(
  "join",
  `var k = 0u;
  while (at >= p.parts[k].x) { k++; }
  let part = p.parts[k];
  let xAt = at - part.w;
  let yAt = xAt / part.y * p.row + part.z + xAt % part.y;
  switch k {
${writeEach(count, (part) => `  case ${part}u: { y[yAt] = ${namePart(part)}[xAt]; }`)}
  default: {}
  }`,
)}`;
  return makeWgslKernel({ entry: "join", schema: joinSchemas(join, parts), code });
}
