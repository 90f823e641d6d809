import type { Limits } from "@evenkeel/tensor";
import { orderParameters } from "@evenkeel/tensor";
import { foldWorkgroups, makeWgslKernel } from "@evenkeel/tensor/wgsl";
import type { Roof } from "../core/bench-case.ts";
import { NotOfferedError } from "../core/subject.ts";
import type { RoofKernel } from "./roof-kernel.ts";

const invocations = 256;
const vectorBytes = 16;
/** Additions and multiplications of an invocation: 8 independent sums of 4 lanes. */
const turns = 256;
const flopsOfInvocation = turns * 8 * 4 * 2;

/** A million invocations in 4,096 workgroups; fewer would not occupy a large GPU. */
export const flopsThatFillGpu: number = 2 ** 20 * flopsOfInvocation;

const schema = {
  reads: { source: "vec4f" },
  writes: { result: "vec4f" },
  parameters: { count: "u32" },
} as const;

const inputs = `@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) own: u32`;
const place = `let at = (group.x + group.y * groups.x) * ${invocations} + own; if (at >= p.count) { return; }`;

const copyCode = `
@compute @workgroup_size(${invocations}) fn copy(${inputs}) {
  ${place}
  result[at] = source[at];
}`;

const sums = [0, 1, 2, 3, 4, 5, 6, 7];
const multiplyAddsCode = `
@compute @workgroup_size(${invocations}) fn multiplyAdds(${inputs}) {
  ${place}
  let a = source[0]; let b = source[1];
  ${sums.map((sum) => `var s${sum} = a + ${sum};`).join(" ")}
  for (var turn = 0u; turn < ${turns}; turn++) {
    ${sums.map((sum) => `s${sum} = fma(s${sum}, a, b);`).join(" ")}
  }
  result[at] = ${sums.map((sum) => `s${sum}`).join(" + ")};
}`;

/** Throws NotOfferedError for reads: a GPU has to write what it reads, which makes it a copy. */
export function makeWgslRoof(roof: Roof, limits: Limits): RoofKernel {
  if (roof.name === "roof-read") throw new NotOfferedError("roof-read: measured on the CPU only");
  const isCopy = "bytes" in roof;
  const count = Math.ceil(isCopy ? roof.bytes / vectorBytes : roof.flops / flopsOfInvocation);
  const [code, entry] = isCopy ? [copyCode, "copy"] : [multiplyAddsCode, "multiplyAdds"];
  const kernel = makeWgslKernel({ entry, schema, code });
  return {
    kernel,
    // The multiplications read two vectors.
    bytes: Math.max(2, count) * vectorBytes,
    parameters: orderParameters(kernel, { count }),
    work: { workgroups: foldWorkgroups(Math.ceil(count / invocations), limits) },
  };
}
