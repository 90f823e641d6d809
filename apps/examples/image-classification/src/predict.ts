import { basename, join } from "node:path";
import { batches, type Picture, resizeImage } from "@evenkeel/datasets";
import type { PredictionRequest, Session, TrainedArm } from "@evenkeel/example-task";
import { classActivationMap, type Module } from "@evenkeel/nn";
import { drawReport, type Picture as ReportPicture } from "@evenkeel/report";
import { ArgumentError, DataError, scope, softmax, type Tensor } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import { cropPicture, readImageFile } from "./images/image-file.ts";
import type { Options } from "./options.ts";
import type { Description } from "./training/networks.ts";
import { describeArm, formatPercent } from "./words.ts";

interface Prediction {
  readonly file: string;
  readonly picture: Picture;
  /** The most probable classes, most probable first. */
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
  /** What the network looked at; undefined for a network without convolutions. */
  readonly heat: ReportPicture["heat"];
}

const classesShown = 3;
const pageFile = "prediction.html";

/** Classifies pictures, and draws a page with what the network looked at; returns the lines to print. */
export async function predictPictures(
  { model, description, normalization }: TrainedArm<Options, Description>,
  { inputs, out }: PredictionRequest,
  { signal }: Session,
): Promise<readonly string[]> {
  const pictures: Picture[] = [];
  for (const file of inputs) pictures.push(await readForNetwork(file, description));
  const { imageShape, classes, statistics } = description;
  const images = Uint8Array.from(pictures.flatMap(({ data }) => [...data]));
  const set = { name: "pictures", images, imageShape, classes, labels: new Uint8Array(pictures.length) };
  const predictions: Prediction[] = [];
  for await (const { inputs: x, labels } of batches(set, { batchSize: 1, statistics }).epoch(0)) {
    const [file, picture] = [inputs[predictions.length]!, pictures[predictions.length]!];
    predictions.push({ file, picture, ...(await classify(model as Module, x, classes)) });
    for (const used of [x, labels]) used.dispose();
    signal.throwIfAborted();
  }
  const page = join(out, pageFile);
  await writeFileAtomically(page, drawPage(predictions, normalization as "batch"));
  const lines = predictions.flatMap(({ file, classes: found }) => [
    `${file}:`,
    ...found.map(({ name, probability }) => `  ${formatPercent(probability).padStart(8)}  ${name}`),
  ]);
  return [...lines, `Drawn: ${page}`];
}

/** A picture of the size and the channels that the network was trained with. */
async function readForNetwork(
  file: string,
  { imageShape: [channels, height, width], shorterSide }: Description,
): Promise<Picture> {
  try {
    const picture = await readImageFile(file, channels === 1 ? 1 : 3);
    return shorterSide === undefined
      ? resizeImage(picture, [height, width])
      : await cropPicture(picture, { size: height, shorterSide });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`the picture ${error.message}`, { cause: error });
  }
}

async function classify(
  model: Module,
  x: Tensor,
  names: readonly string[],
): Promise<Pick<Prediction, "classes" | "heat">> {
  const probabilities = scope(() => softmax(model.forward(x)));
  const values = [...(await probabilities.data())];
  probabilities.dispose();
  const classes = values
    .map((probability, index) => ({ name: names[index]!, probability }))
    .sort((one, other) => other.probability - one.probability)
    .slice(0, classesShown);
  return { classes, heat: await findHeat(model, x) };
}

async function findHeat(model: Module, x: Tensor): Promise<Prediction["heat"]> {
  try {
    const map = classActivationMap(model, x);
    const [, height, width] = map.shape as [number, number, number];
    const data = Float32Array.from(await map.data());
    map.dispose();
    return { data, shape: [height, width] };
  } catch (error) {
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}

function drawPage(predictions: readonly Prediction[], normalization: "batch" | "none"): string {
  const draw = ({ file, picture, classes, heat }: Prediction): ReportPicture[] => {
    const [{ name, probability }] = classes as [{ name: string; probability: number }];
    const plain = {
      pixels: picture,
      alt: basename(file),
      heading: basename(file),
      caption: "as the network sees it",
    };
    const caption = `${formatPercent(probability)}: where the network found it`;
    return heat === undefined
      ? [plain]
      : [plain, { pixels: picture, alt: name, heading: name, caption, heat }];
  };
  return drawReport({
    title: "What the network sees",
    setting: [`The network ${describeArm(normalization)}`],
    findings: predictions.map(
      ({ file, classes: [first] }) =>
        `${basename(file)}: ${first!.name} (${formatPercent(first!.probability)}).`,
    ),
    sections: [{ blocks: [{ kind: "pictures", size: "medium", pictures: predictions.flatMap(draw) }] }],
  });
}
