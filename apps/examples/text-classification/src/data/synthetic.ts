import type { LabelledText } from "@evenkeel/datasets";
import { drawPermutation } from "@evenkeel/tensor";

const subjects = [
  "the river",
  "a song",
  "my neighbour",
  "the old town",
  "this engine",
  "a violin",
  "the museum",
  "her garden",
];
const details = [
  "near the harbour",
  "in early spring",
  "of the last century",
  "by the station",
  "on a quiet street",
  "with two doors",
];

/** The kinds of questions and their openings; the kind follows from two words side by side. */
const kinds: readonly { readonly name: string; readonly openings: readonly string[] }[] = [
  { name: "number", openings: ["how many people know", "how much would you pay for", "how far away is"] },
  { name: "place", openings: ["where would one find", "what city is home to", "in which country is"] },
  {
    name: "person",
    openings: ["who was the first to see", "which author wrote about", "what woman painted"],
  },
  {
    name: "description",
    openings: ["how does one describe", "what is so special about", "why do people like"],
  },
];

/** Questions of four kinds in the manner of TREC, of different lengths, for machines without a published set. */
export function makeSyntheticTexts({ count, seed }: { readonly count: number; readonly seed: number }): {
  readonly classes: readonly string[];
  readonly texts: readonly LabelledText[];
} {
  const draws = drawPermutation(count, { seed, stream: 0 });
  const texts = Array.from(draws, (draw, index): LabelledText => {
    // A linear congruential generator of the position: each part of a question gets other bits.
    const bits = (Math.imul(draw + 1, 2_654_435_761) ^ seed) >>> 0;
    const pick = (list: readonly string[], shift: number): string => list[(bits >>> shift) % list.length]!;
    const label = index % kinds.length;
    const more = [pick(details, 9), pick(details, 17)].slice(0, (bits >>> 26) % 3);
    return { text: [pick(kinds[label]!.openings, 2), pick(subjects, 5), ...more, "?"].join(" "), label };
  });
  return { classes: kinds.map(({ name }) => name), texts };
}
