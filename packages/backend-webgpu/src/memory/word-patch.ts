import type { WgslKernel } from "@evenkeel/tensor";
import { makeWgslKernel } from "@evenkeel/tensor/wgsl";

const schema = {
  reads: {},
  writes: { words: "u32" },
  parameters: { word: "u32", mask: "u32", bits: "u32" },
} as const;

/** Replaces some bits of one word, to write less than a word. */
export const wordPatch: WgslKernel<typeof schema> = /* @__PURE__ */ makeWgslKernel({
  entry: "patchWord",
  schema,
  code: `
@compute @workgroup_size(1)
fn patchWord() {
  let kept = words[p.word] & ~p.mask;
  words[p.word] = kept | (p.bits & p.mask);
}
`,
});

/** Bytes of a write that fill whole words, and the words that they fill in part. */
export interface SplitWrite {
  readonly offset: number;
  readonly words: Uint8Array<ArrayBuffer>;
  readonly patches: readonly { readonly word: number; readonly mask: number; readonly bits: number }[];
}

/** Splits a write of bytes at an offset; behind `end` nothing is kept, so that a last word there may be filled up. */
export function splitWrite(data: Uint8Array<ArrayBuffer>, offset: number, end: number): SplitWrite {
  const stop = offset + data.length;
  const first = Math.ceil(offset / 4) * 4;
  const isFilled = stop === end && first < stop;
  const last = isFilled ? Math.ceil(stop / 4) * 4 : Math.max(first, Math.floor(stop / 4) * 4);
  const partial = new Set<number>();
  if (offset < first) partial.add(first / 4 - 1);
  if (last < stop) partial.add(last / 4);
  const patches = [...partial].map((word) => {
    let mask = 0;
    let bits = 0;
    for (let byte = 0; byte < 4; byte++) {
      const value = data[word * 4 + byte - offset];
      if (value === undefined) continue;
      mask |= 255 << (8 * byte);
      bits |= value << (8 * byte);
    }
    return { word, mask: mask >>> 0, bits: bits >>> 0 };
  });
  const whole = data.subarray(first - offset, Math.min(last, stop) - offset);
  if (whole.length === last - first) return { offset: first, words: whole, patches };
  const padded = new Uint8Array(last - first);
  padded.set(whole);
  return { offset: first, words: padded, patches };
}
