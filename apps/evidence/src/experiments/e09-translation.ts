import type { Experiment, Measured, Outcome, Trial, TrialSetting } from "../experiment.ts";
import { listNumbers, repeat, select } from "../outcomes.ts";
import { summarizeDifference, summarizeMean } from "../statistics/summaries.ts";
import { trainTask } from "../tasks.ts";

const arms = { batch: "batch norm in the encoder", layer: "layer norm in the encoder" } as const;
type Arm = keyof typeof arms;
const armNames = Object.keys(arms) as Arm[];

/** Of `summary.json`. */
interface TrainedTranslator {
  readonly testBleu: number;
  readonly greedyTestBleu: number;
  readonly testChrF: number;
  readonly validationPerplexity: number;
}

/** As little as shows the sign: batch norm is ahead in the first epoch, and layer norm overtakes it. */
const quickScale = "--epochs 2 --width 64 --decoder-layers 1 --beams 1".split(" ");

async function runTrial(trial: Trial, setting: TrialSetting): Promise<Measured> {
  const scale = setting.quick ? quickScale : ["--epochs", "5"];
  const { processorSeconds, testBleu, greedyTestBleu, testChrF, validationPerplexity } =
    await trainTask<TrainedTranslator>("translation", trial, scale, setting);
  return {
    numbers: { testBleu, greedyTestBleu, testChrF, validationPerplexity },
    series: {},
    programSeconds: processorSeconds,
  };
}

const listOf = (outcomes: readonly Outcome[], arm: Arm, name: string): number[] =>
  listNumbers(select(outcomes, { arm }), name);
const compare = (name: string, outcomes: readonly Outcome[], number: string) =>
  summarizeDifference(name, listOf(outcomes, "batch", number), listOf(outcomes, "layer", number));

export const translation: Experiment = {
  id: "E9",
  title: "In a transformer, batch norm is worse than layer norm",
  claim: "application",
  statement:
    "A transformer with batch norm in its encoder translates worse than the same one with layer norm.",
  paper:
    "Shen et al. 2020 (PowerNorm), table 1: batch norm loses 1.1 BLEU to layer norm on IWSLT14 and 1.4 on WMT14; in a decoder plain batch norm sees future tokens",
  setup:
    "The translation example, English to German on Multi30k: a transformer of 1.2 million parameters, five epochs, with masked batch norm or layer norm in the encoder and layer norm in the decoder, the same recipe for both. Of the learning rates 0.0025, 0.005 and 0.01, 0.005 is the best for both, by the perplexity on the validation sentences after two epochs. Three seeds. One training of ten epochs, seed 1 of the example, had shown 1.6 BLEU less with batch norm before the threshold was set. That its decoder does not see future tokens is a test of the project.",
  metric: "BLEU of test_2016_flickr, cased, of 13a tokens, beam search with 5 beams",
  cost: "50 minutes",
  seeds: 3,
  thresholds: [
    {
      measure: "BLEU with batch norm minus BLEU with layer norm",
      expected: "below 0 with its whole interval",
      accepts: (_, [, high]) => high < 0,
      opposes: (_, [low]) => low > 0,
    },
  ],
  listTrials: ({ seeds }) => armNames.flatMap((arm) => repeat(arm, seeds, { arm })),
  runTrial,
  summarize: (outcomes) => [
    compare("BLEU with batch norm minus BLEU with layer norm", outcomes, "testBleu"),
    compare("the same with greedy search", outcomes, "greedyTestBleu"),
    ...armNames.flatMap((arm) => [
      summarizeMean(`BLEU, ${arms[arm]}`, listOf(outcomes, arm, "testBleu")),
      summarizeMean(`validation perplexity, ${arms[arm]}`, listOf(outcomes, arm, "validationPerplexity")),
    ]),
  ],
  judge: (met, opposed) =>
    met.size === 1 ? "supported" : opposed.size === 1 ? "contradicted" : "not supported",
  draw: (outcomes) => [
    {
      kind: "bar-chart",
      title: "BLEU of each seed",
      value: { name: "BLEU", include: [0] },
      categories: [...new Set(outcomes.map(({ trial }) => `seed ${trial.seed}`))],
      series: armNames.map((arm) => ({
        name: arms[arm],
        values: listOf(outcomes, arm, "testBleu"),
      })),
    },
  ],
  advice:
    "Use layer norm in the encoder of a transformer: after these five epochs it translates 5.4 BLEU better than batch norm, and after ten still 1.6 (one seed of the example). The statistics of layer norm do not depend on the other sentences of a batch, nor on padding. The decoder has layer norm in both networks, because batch norm there would show it the words that it is to predict.",
};
