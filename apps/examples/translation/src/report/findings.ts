import type { PairSet } from "@evenkeel/datasets";
import { isDiverged, type RunResult } from "@evenkeel/example-task";
import { computeBootstrapInterval, scoreBleu } from "@evenkeel/nn";
import type { ArmResult } from "../arm-result.ts";
import type { Options } from "../options.ts";
import { countTexts } from "../translate.ts";
import { describeArm, formatBleu, formatInterval } from "../words.ts";

/** Describes the results of a run in a few sentences, which depend on the numbers alone. */
export function describeFindings(
  { arms, options: { seed, beams } }: Pick<RunResult<Options, ArmResult>, "arms" | "options">,
  test: Pick<PairSet, "targets">,
): string[] {
  const [first, second] = arms as [ArmResult, ArmResult?];
  const sentences = [
    ...arms.map(describeScore),
    ...arms.flatMap(describeDivergence),
    `Beam search with ${beams} beams changes the score of greedy search by ${arms.map(describeGain).join(" and ")}.`,
  ];
  if (second === undefined) return sentences;
  return [
    ...sentences,
    compareScores(first, second, test),
    `This is one run of each with seed ${seed}: another seed changes these figures.`,
  ];
}

const describeGain = ({ testBleu, greedyTestBleu }: ArmResult): string => {
  const gain = testBleu - greedyTestBleu;
  return `${gain < 0 ? "−" : "+"}${formatBleu(Math.abs(gain))}`;
};

const describeDivergence = ({ normalization, validationPerplexity }: ArmResult): string[] =>
  isDiverged(validationPerplexity.at(-1)?.[1] ?? 0)
    ? [`The training ${describeArm(normalization)} diverged.`]
    : [];

const describeScore = ({ normalization, testBleu, testBleuInterval }: ArmResult): string =>
  `The translator ${describeArm(normalization)} has a BLEU score of ${formatBleu(testBleu)} (${formatInterval(testBleuInterval)}).`;

/** The difference with its interval, by drawing the same sentences for both. */
function compareScores(first: ArmResult, second: ArmResult, { targets }: Pick<PairSet, "targets">): string {
  const [ofFirst, ofSecond] = [first, second].map(({ translations }) =>
    countTexts(
      translations.map(({ found }) => found),
      targets,
    ),
  ) as [readonly (readonly number[])[], readonly (readonly number[])[]];
  const counts = ofFirst.map((each, index) => [...each, ...ofSecond[index]!]);
  const [low, high] = computeBootstrapInterval(counts, (totals) => {
    const middle = totals.length / 2;
    return 100 * (scoreBleu(totals.slice(0, middle)) - scoreBleu(totals.slice(middle)));
  });
  const difference = first.testBleu - second.testBleu;
  const words = `${describeArm(first.normalization)} it is ${formatBleu(Math.abs(difference))} points ${difference >= 0 ? "higher" : "lower"} than ${describeArm(second.normalization)} (${formatInterval([low, high])})`;
  const isClear = low > 0 || high < 0;
  const verdict = isClear ? "beyond" : "within";
  return `${words[0]!.toUpperCase()}${words.slice(1)}: ${verdict} what the choice of test sentences explains.`;
}
