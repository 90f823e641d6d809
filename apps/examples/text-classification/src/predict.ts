import { join } from "node:path";
import type { PredictionRequest, Session, TrainedArm } from "@evenkeel/example-task";
import { drawReport, type Highlights, type Section } from "@evenkeel/report";
import { ArgumentError } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import { type Reading, splitText } from "./data/encode.ts";
import type { Normalization, Options } from "./options.ts";
import type { Description, Network } from "./training/networks.ts";
import { classify, findLargest } from "./training/test-network.ts";
import { describeArm, formatPercent } from "./words.ts";

interface Prediction {
  readonly text: string;
  /** All classes, the most probable one first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
  /** What the probability of the first class loses without a word: positive if the word speaks for the class. */
  readonly words: readonly { readonly text: string; readonly share: number }[];
}

const pageFile = "prediction.html";
/** Words that are named on the terminal. */
const wordsNamed = 5;
/** A text is classified once without each of its words: the time grows with the square of their number. */
const mostWords = 1000;
/** What is too little to be named, in shares of 1. */
const leastShare = 0.005;

/** Classifies texts, and shows which words carried the result; returns the lines to print. */
export async function predictTexts(
  { model, description, options, normalization }: TrainedArm<Options, Description>,
  { inputs, out }: PredictionRequest,
  { signal }: Session,
): Promise<readonly string[]> {
  const setting = { description, reading: options, signal };
  const predictions: Prediction[] = [];
  for (const [index, text] of inputs.entries()) {
    const count = splitWords(text, options).length;
    if (count > mostWords) {
      throw new ArgumentError(`text ${index + 1}: found ${count} words, expected at most ${mostWords}`);
    }
  }
  for (const text of inputs) predictions.push(await predictText(model as Network, text, setting));
  const page = join(out, pageFile);
  await writeFileAtomically(page, drawPage(predictions, normalization as Normalization));
  return [...predictions.flatMap(writePrediction), `Drawn: ${page}`];
}

const splitWords = (text: string, reading: Reading): readonly string[] =>
  reading.model === "words" ? splitText(text, reading) : (text.match(/\S+/g) ?? []);

async function predictText(
  network: Network,
  text: string,
  setting: {
    readonly description: Description;
    readonly reading: Reading;
    readonly signal: AbortSignal;
  },
): Promise<Prediction> {
  const words = splitWords(text, setting.reading);
  const without = words.map((_, left) => words.filter((_, index) => index !== left).join(" "));
  const texts = [text, ...without].map((one) => ({ text: one, label: 0 }));
  const [whole, ...parts] = await classify(network, texts, setting);
  const first = findLargest(whole!);
  const classes = whole!
    .map((probability, index) => ({ name: setting.description.classes[index]!, probability }))
    .sort((one, other) => other.probability - one.probability);
  return {
    text,
    classes,
    words: words.map((word, index) => ({ text: word, share: whole![first]! - parts[index]![first]! })),
  };
}

function writePrediction({ text, classes, words }: Prediction): readonly string[] {
  const carrying = words
    .filter(({ share }) => Math.abs(share) >= leastShare)
    .toSorted((one, other) => Math.abs(other.share) - Math.abs(one.share))
    .slice(0, wordsNamed)
    .map(({ text: word, share }) => `${word} ${share > 0 ? "+" : "-"}${(100 * Math.abs(share)).toFixed(1)}`);
  const named = carrying.length === 0 ? "no single word" : carrying.join(", ");
  return [
    `${text}:`,
    ...classes.map(({ name, probability }) => `  ${formatPercent(probability).padStart(8)}  ${name}`),
    `  carried by (points of ${classes[0]!.name} that are lost without the word): ${named}`,
  ];
}

function drawPage(predictions: readonly Prediction[], normalization: Normalization): string {
  return drawReport({
    title: "Which words carried the class",
    setting: [`The network ${describeArm(normalization)}`],
    findings: [
      "Each text is classified again without each of its words: the more the probability of its class falls, the more the word carried it.",
    ],
    sections: predictions.map(drawPrediction),
  });
}

function drawPrediction({ text, classes, words }: Prediction): Section {
  const most = Math.max(leastShare, ...words.map(({ share }) => Math.abs(share)));
  const highlights: Highlights = {
    kind: "highlights",
    heading: `${classes[0]!.name} (${formatPercent(classes[0]!.probability)})`,
    words: words.map(({ text: word, share }) => ({ text: word, weight: share / most })),
    caption: `The strongest color is a change of ${(100 * most).toFixed(1)} points.`,
  };
  return {
    heading: text,
    blocks: [
      highlights,
      {
        kind: "bar-chart",
        title: "Probability of each class",
        value: { name: "probability", unit: "%", include: [0, 100] },
        categories: classes.map(({ name }) => name),
        series: [
          {
            name: "probability",
            values: classes.map(({ probability }) => Math.round(1000 * probability) / 10),
          },
        ],
      },
    ],
  };
}
