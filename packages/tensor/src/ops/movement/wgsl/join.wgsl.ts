import { invocationEntry } from "./invocations.ts";

/** The name of each part that is read. */
export const partName = (part: number): string => `x${part}`;

const each = (parts: number, line: (part: number) => string): string =>
  Array.from({ length: parts }, (_, part) => line(part)).join("\n");

/**
 * Moves several tensors into one: an invocation is an element of any of them. Of each part `p.parts` holds the end of its
 * elements among all, its elements in a row, where they begin in a row of y, and where its elements begin among all.
 */
export const joinCode = (parts: number): string => `
struct P { count: u32, row: u32, unused0: u32, unused1: u32, parts: array<vec4u, ${parts}> }
@group(1) @binding(0) var<uniform> p: P;
${invocationEntry(
  "join",
  `var k = 0u;
  while (at >= p.parts[k].x) { k++; }
  let part = p.parts[k];
  let xAt = at - part.w;
  let yAt = xAt / part.y * p.row + part.z + xAt % part.y;
  switch k {
${each(parts, (part) => `  case ${part}u: { y[yAt] = ${partName(part)}[xAt]; }`)}
  default: {}
  }`,
)}`;
