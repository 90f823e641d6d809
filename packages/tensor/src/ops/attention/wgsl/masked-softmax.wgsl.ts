import type { LineMap } from "../../reduction/wgsl/fold.wgsl.ts";
import { logSumExpFold } from "../../softmax/wgsl/log-sum-exp.wgsl.ts";

/** What the kernel of a mask of this kind adds to a score, and whether an element counts. */
const masks = {
  none: { operand: {}, isOpen: "true", bias: "" },
  bool: { operand: { mask: "u32" }, isOpen: "mask[ownMask + at * p.keyStride] != 0u", bias: "" },
  bias: { operand: { mask: "f32" }, isOpen: "true", bias: " + mask[ownMask + at * p.keyStride]" },
} as const;

/** The kinds of masks that kernels know. */
export type MaskKind = keyof typeof masks;

/**
 * The softmax of what counts in a row. The sum of a row where nothing counts, or only -infinity, is 0, and so are its results.
 */
export function makeMaskedSoftmaxMap(kind: MaskKind, causal: boolean): LineMap {
  const { operand, isOpen, bias } = masks[kind];
  return {
    ...logSumExpFold,
    name: "maskedSoftmax",
    maps: true,
    perLine: operand,
    parameters: {
      scale: "f32",
      causalRows: "u32",
      size1: "u32",
      size2: "u32",
      size3: "u32",
      stride0: "u32",
      stride1: "u32",
      stride2: "u32",
      stride3: "u32",
      keyStride: "u32",
    },
    enter: `ownMask = findMask(line);
  ${causal ? "lastKey = line % p.causalRows;" : ""}`,
    code: `${logSumExpFold.code.replace("fn take", "fn takeScore")}
var<private> ownMask: u32;
var<private> lastKey: u32;
fn findMask(row: u32) -> u32 {
  let outer = row / p.size3;
  let outermost = outer / p.size2;
  return outermost / p.size1 * p.stride0 + outermost % p.size1 * p.stride1 + outer % p.size2 * p.stride2 + row % p.size3 * p.stride3;
}
fn isOpen(at: u32) -> bool { return ${causal ? `at <= lastKey && ${isOpen}` : isOpen}; }
fn score(x: f32, at: u32) -> f32 { return x * p.scale${bias}; }
fn take(s: State, x: f32, at: u32) -> State {
  if (!isOpen(at)) { return s; }
  return takeScore(s, score(x, at), at);
}
struct Facts { m: f32, factor: f32, isNumber: bool }
fn prepare(s: State, line: u32) -> Facts {
  let isEmpty = s.y == 0f;
  return Facts(s.x, select(1f / s.y, 0f, isEmpty), isEmpty || isRegular(s.x, s.y));
}
fn map(x: f32, facts: Facts, at: u32) -> u32 {
  if (!isOpen(at)) { return 0u; }
  return bitsOrNan(computeExp(score(x, at) - facts.m) * facts.factor, facts.isNumber);
}`,
  };
}
