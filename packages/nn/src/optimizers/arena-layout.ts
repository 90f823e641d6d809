import type { Backend, Spec } from "@evenkeel/tensor";
import { countElements, countStorageBytes, getStorage, Tensor } from "@evenkeel/tensor";
import type { NamedParameter } from "./grouped-parameter.ts";

/** Neighbouring members that one launch updates. */
export interface Span {
  /** The index of the first member, and the one after the last. */
  readonly begin: number;
  readonly end: number;
  readonly byteOffset: number;
  /** The elements of its members, and of the gaps between them. */
  readonly elements: number;
}

/**
 * The elements from which on a member is a span of its own, 1 MiB: a launch that reads the gradient where it lies is cheaper than
 * a copy that joins it to others.
 */
export const elementsOfOwnSpan: number = 2 ** 18;

/** The part of a flat tensor that a span takes. */
export const viewSpan = (
  flat: Tensor,
  { byteOffset, elements }: Pick<Span, "byteOffset" | "elements">,
): Tensor => new Tensor(flat.storage, { shape: [elements], dtype: flat.dtype }, flat.byteOffset + byteOffset);

/** Spans of members with these sizes: each one of at least `large` elements by itself, and what lies between them. */
export function listSpans(sizes: readonly number[], { gaps, byteOffsets }: Layout, large: number): Span[] {
  const spans: Span[] = [];
  for (const [index, size] of sizes.entries()) {
    const last = spans.at(-1);
    const isLarge = size >= large;
    const joins = last !== undefined && !isLarge && sizes[last.end - 1]! < large;
    if (joins) {
      const elements = last.elements + gaps[index - 1]! + size;
      spans[spans.length - 1] = { ...last, end: index + 1, elements };
    } else {
      spans.push({ begin: index, end: index + 1, byteOffset: byteOffsets[index]!, elements: size });
    }
  }
  return spans;
}

export interface Layout {
  /** The elements of all members, and of the gaps between them. */
  readonly elements: number;
  /** The offset of each member. */
  readonly byteOffsets: readonly number[];
  /** Elements of padding after each member, so that the next one begins at an offset that a view may have. */
  readonly gaps: readonly number[];
}

/** Bytes of one value of a parameter. */
export const countElementBytes = ({ limits }: Backend): number =>
  countStorageBytes(getStorage("f32", limits));

/** Bytes from the beginning of a member to the beginning of the next one. */
function countPaddedBytes({ shape }: Spec, backend: Backend): number {
  const { offsetAlignment } = backend.limits;
  return Math.ceil((countElements(shape) * countElementBytes(backend)) / offsetAlignment) * offsetAlignment;
}

/** The members in lists, each of one backend, whose arenas fit into one buffer. */
export function splitByArena<Member extends NamedParameter>(members: readonly Member[]): Member[][] {
  const lists: Member[][] = [];
  let bytes = 0;
  for (const member of members) {
    const { backend, shape, dtype } = member.parameter.value;
    const added = countPaddedBytes({ shape, dtype }, backend);
    const list = lists.at(-1);
    const isElsewhere = list?.[0]?.parameter.value.backend !== backend;
    if (list === undefined || isElsewhere || bytes + added > backend.limits.maxBufferBytes) {
      lists.push([member]);
      bytes = added;
    } else {
      list.push(member);
      bytes += added;
    }
  }
  return lists;
}

export function computeLayout(specs: readonly Spec[], backend: Backend): Layout {
  const elementBytes = countElementBytes(backend);
  const byteOffsets: number[] = [];
  const gaps: number[] = [];
  let end = 0;
  specs.forEach((spec, index) => {
    byteOffsets.push(end);
    const bytes = countElements(spec.shape) * elementBytes;
    const isLast = index === specs.length - 1;
    const padded = isLast ? bytes : countPaddedBytes(spec, backend);
    gaps.push((padded - bytes) / elementBytes);
    end += padded;
  });
  return { elements: end / elementBytes, byteOffsets, gaps };
}
