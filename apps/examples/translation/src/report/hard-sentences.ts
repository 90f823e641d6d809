import type { PairSet } from "@evenkeel/datasets";
import { computeBootstrapInterval, scoreBleu } from "@evenkeel/nn";
import type { BarChart, Table } from "@evenkeel/report";
import type { ArmResult } from "../arm-result.ts";
import { countTexts } from "../translate.ts";
import { armSlots, describeArm, formatBleu } from "../words.ts";

/** The largest number of words of a source in each group but the last. */
const limits = [8, 10, 12, 15] as const;
const worstShown = 12;

const countWords = (text: string): number => text.split(/\s+/u).length;

/** The BLEU scores of the whole test set. */
export const drawScores = (arms: readonly ArmResult[]): BarChart => ({
  kind: "bar-chart",
  title: "BLEU of all test sentences",
  value: { name: "BLEU", include: [0, 1] },
  categories: ["beam search", "greedy search"],
  series: arms.map(({ normalization, testBleu, testBleuInterval, greedyTestBleu }) => ({
    name: describeArm(normalization),
    slot: armSlots[normalization],
    values: [testBleu, greedyTestBleu],
    intervals: [testBleuInterval, null],
    labels: [testBleu, greedyTestBleu].map(formatBleu),
  })),
});

/** The BLEU scores of short and of long sentences. */
export function drawLengths(arms: readonly ArmResult[], { sources, targets }: PairSet): BarChart {
  const groups = [...limits, Number.POSITIVE_INFINITY].map((most, index) => {
    const least = index === 0 ? 1 : limits[index - 1]! + 1;
    const pairs = [...sources.keys()].filter((pair) => {
      const words = countWords(sources[pair]!);
      return words >= least && words <= most;
    });
    const name = Number.isFinite(most) ? `${least} to ${most} words` : `${least} words or more`;
    return { name: `${name} (${pairs.length})`, pairs };
  });
  const filled = groups.filter(({ pairs }) => pairs.length > 0);
  return {
    kind: "bar-chart",
    title: "BLEU by the length of the source",
    value: { name: "BLEU", include: [0, 1] },
    categories: filled.map(({ name }) => name),
    series: arms.map(({ normalization, translations }) => {
      const scored = filled.map(({ pairs }) => {
        const counts = countTexts(
          pairs.map((pair) => translations[pair]!.found),
          pairs.map((pair) => targets[pair]!),
        );
        const totals = counts.reduce((sum, each) => sum.map((value, index) => value + each[index]!));
        return {
          value: 100 * scoreBleu(totals),
          interval: computeBootstrapInterval(counts, (sums) => 100 * scoreBleu(sums)),
        };
      });
      return {
        name: describeArm(normalization),
        slot: armSlots[normalization],
        values: scored.map(({ value }) => value),
        labels: scored.map(({ value }) => formatBleu(value)),
        intervals: scored.map(({ interval }) => interval),
      };
    }),
  };
}

/** The translations with the lowest scores, beside their references. */
export function listWorst({ translations }: ArmResult, { sources, targets }: PairSet): Table {
  const worst = [...translations]
    .sort((one, other) => one.score - other.score || one.pair - other.pair)
    .slice(0, worstShown);
  return {
    kind: "table",
    isWide: true,
    columns: [
      { name: "source", kind: "text" },
      { name: "a person's translation", kind: "text" },
      { name: "found", kind: "text" },
      { name: "BLEU", kind: "number" },
    ],
    rows: worst.map(({ pair, found, score }) => [
      sources[pair]!,
      targets[pair]!,
      found === "" ? "(nothing)" : found,
      score.toFixed(1),
    ]),
  };
}
