import { join } from "node:path";
import type { BytePairEncoding } from "@evenkeel/datasets/text";
import type { PredictionRequest, Session, TrainedArm } from "@evenkeel/example-task";
import type { Translator } from "@evenkeel/models";
import type { RankedText } from "@evenkeel/nn";
import { drawReport, drawStandaloneSvg, type Heatmap, type Section } from "@evenkeel/report";
import { ArgumentError, scope, tensor } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import type { Description } from "./networks.ts";
import { readEncoding } from "./networks.ts";
import type { Normalization, Options } from "./options.ts";
import { translate, uploadSentences } from "./translate.ts";
import { describeArm } from "./words.ts";

const pageFile = "prediction.html";
const pictureFile = "attention.svg";
/** Attention takes memory, and its picture place, by the square of their number. */
const mostTokens = 300;
const endName = "(end)";

interface Prediction {
  readonly sentence: string;
  readonly beam: readonly { readonly text: string; readonly score: number }[];
  readonly attention: Heatmap;
}

/** Translates sentences, and draws which tokens of each were read for which of its translation; returns the lines to print. */
export async function predictSentences(
  { model, description, options, normalization }: TrainedArm<Options, Description>,
  { inputs, out }: PredictionRequest,
  { signal }: Session,
): Promise<readonly string[]> {
  const translator = model as Translator;
  const encoding = readEncoding(description);
  for (const [index, sentence] of inputs.entries()) {
    const count = encoding.encode(sentence).length;
    if (count > mostTokens) {
      throw new ArgumentError(
        `sentence ${index + 1}: found ${count} tokens, expected at most ${mostTokens}: translate its parts`,
      );
    }
  }
  const found = await translate(translator, inputs, { encoding, beams: options.beams, signal });
  const predictions: Prediction[] = [];
  for (const [index, texts] of found.entries()) {
    const sentence = inputs[index]!;
    const attention = await drawAttention(translator, { sentence, best: texts[0]!, encoding });
    const beam = texts.map(({ tokens, score }) => ({ text: encoding.decode(tokens), score }));
    predictions.push({ sentence, beam, attention });
  }
  const page = join(out, pageFile);
  await writeFileAtomically(page, drawPage(predictions, normalization as Normalization));
  const pictures = predictions.map((_, index) => join(out, nameFile(pictureFile, index)));
  for (const [index, { attention }] of predictions.entries()) {
    await writeFileAtomically(pictures[index]!, drawStandaloneSvg(attention));
  }
  const lines = predictions.flatMap(({ sentence, beam }) => [
    `${sentence}`,
    ...beam.map(({ text, score }) => `  ${score.toFixed(3).padStart(7)}  ${text}`),
  ]);
  return [...lines, `Drawn: ${page}`, ...pictures.map((picture) => `Drawn: ${picture}`)];
}

/** The files behind the first one are numbered. */
const nameFile = (file: string, index: number): string =>
  index === 0 ? file : file.replace(".", `-${index + 1}.`);

/** How much of each token of the source was read for each token of the translation, in the last layer of the decoder. */
async function drawAttention(
  model: Translator,
  {
    sentence,
    best,
    encoding,
  }: { readonly sentence: string; readonly best: RankedText; readonly encoding: BytePairEncoding },
): Promise<Heatmap> {
  const { bos } = encoding.vocabulary;
  const source = uploadSentences([sentence], encoding);
  const tokens = Int32Array.of(bos, ...best.tokens);
  const target = tensor(tokens, { shape: [1, tokens.length], dtype: "i32" });
  const weights = scope(() => model.attend({ source, target: { values: target } }));
  const read = Array.from(await weights.data());
  for (const part of [source.values, source.mask, target, weights]) part.dispose();
  const name = (token: number): string => encoding.decode([token]).trim() || "␣";
  const columns = [...Array.from(encoding.encode(sentence), name), endName];
  return {
    kind: "heatmap",
    title: "What was read for each token",
    rows: { name: "translation", categories: [...best.tokens.map(name), endName] },
    columns: { name: "source", categories: columns },
    values: Array.from(tokens, (_, row) => read.slice(row * columns.length, (row + 1) * columns.length)),
    value: { name: "attention" },
    range: [0, 1],
  };
}

function drawPage(predictions: readonly Prediction[], normalization: Normalization): string {
  const sections = predictions.map(
    ({ sentence, beam, attention }): Section => ({
      heading: sentence,
      note: "The score is the mean log probability of the tokens; the attention is the mean over the heads of the last layer.",
      blocks: [
        {
          kind: "table",
          columns: [
            { name: "translation", kind: "text" },
            { name: "score", kind: "number" },
          ],
          rows: beam.map(({ text, score }) => [text, score.toFixed(3)]),
        },
        attention,
      ],
    }),
  );
  return drawReport({
    title: "Translations",
    setting: [`The translator ${describeArm(normalization)}`],
    findings: predictions.map(({ sentence, beam: [best] }) => `${sentence} → ${best!.text}`),
    sections,
  });
}
