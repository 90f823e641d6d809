import type { Tensor } from "@evenkeel/tensor";
import { concatenate } from "@evenkeel/tensor";
import { countElementBytes, viewSpan } from "./arena-layout.ts";

/** Flat tensors, one for each span, and the distinct memory that holds all of them. */
export interface JoinedSpans {
  readonly spans: readonly Tensor[];
  readonly flats: readonly Tensor[];
}

/** Spans that one launch joins. */
interface Group {
  readonly pieces: Tensor[];
  readonly members: { readonly span: number; readonly begin: number; readonly elements: number }[];
  elements: number;
}

/**
 * Joins the pieces of each span, which are flat f32 tensors. One launch joins several spans, as far as they fit into one buffer; a
 * span of a single piece stays where it is.
 */
export function joinSpans(pieces: readonly (readonly Tensor[])[]): JoinedSpans {
  const spans = new Array<Tensor>(pieces.length);
  const flats: Tensor[] = [];
  const groups: Group[] = [];
  for (const [span, own] of pieces.entries()) {
    const [first, ...others] = own as [Tensor, ...Tensor[]];
    if (others.length > 0) addSpan(groups, span, own);
    else {
      spans[span] = first;
      flats.push(first);
    }
  }
  for (const group of groups) {
    const joined = concatenate(group.pieces);
    flats.push(joined);
    for (const { span, begin, elements } of group.members) spans[span] = viewPart(joined, begin, elements);
  }
  return { spans, flats };
}

/** Adds a span to the last group where it fits, else to a new one. */
function addSpan(groups: Group[], span: number, pieces: readonly Tensor[]): void {
  const elements = pieces.reduce((total, { size }) => total + size, 0);
  const { backend } = pieces[0]!;
  const { offsetAlignment, maxBufferBytes } = backend.limits;
  const elementBytes = countElementBytes(backend);
  const last = groups.at(-1);
  if (last !== undefined && last.pieces[0]!.backend === backend) {
    const gap = -last.elements & (offsetAlignment / elementBytes - 1);
    // A copy of values that are there anyway: zeros would take a launch of their own.
    const filler = last.pieces.find(({ size }) => size >= gap);
    const begin = last.elements + gap;
    if (filler !== undefined && (begin + elements) * elementBytes <= maxBufferBytes) {
      if (gap > 0) last.pieces.push(viewPart(filler, 0, gap));
      last.pieces.push(...pieces);
      last.members.push({ span, begin, elements });
      last.elements = begin + elements;
      return;
    }
  }
  groups.push({ pieces: [...pieces], members: [{ span, begin: 0, elements }], elements });
}

const viewPart = (flat: Tensor, begin: number, elements: number): Tensor => {
  const byteOffset = begin * countElementBytes(flat.backend);
  return viewSpan(flat, { byteOffset, elements });
};
