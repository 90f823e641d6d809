import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { augmentExamples, batches, type Picture, resizeImage } from "@evenkeel/datasets";
import { decodeImage } from "@evenkeel/datasets/images";
import type { PredictionRequest, Session, TrainedArm } from "@evenkeel/example-task";
import type { GridDetector } from "@evenkeel/models";
import type { ClassBox } from "@evenkeel/nn";
import { drawReport, encodePicture, outlineBoxes, type PictureBox } from "@evenkeel/report";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";
import type { Description } from "./network.ts";
import type { Normalization, Options } from "./options.ts";
import { leastScore, readDetections } from "./training/test-results.ts";
import { describeArm } from "./words.ts";

interface Prediction {
  readonly file: string;
  readonly picture: Picture;
  /** In pixels of the file, best first. */
  readonly found: readonly ClassBox[];
  /** The PNG file with the boxes. */
  readonly drawn: string;
}

const pageFile = "prediction.html";

/** Finds objects in pictures, and draws them into PNG files and on a page; returns the lines to print. */
export async function predictBoxes(
  { model, description, normalization }: TrainedArm<Options, Description>,
  { inputs, out }: PredictionRequest,
  { signal }: Session,
): Promise<readonly string[]> {
  const pictures: Picture[] = [];
  for (const file of inputs) pictures.push(await readPicture(file));
  const predictions: Prediction[] = [];
  for (const [index, file] of inputs.entries()) {
    const picture = pictures[index]!;
    const found = await findBoxes(model as GridDetector, picture, description);
    signal.throwIfAborted();
    const drawn = join(out, nameDrawing(inputs, index));
    const boxes = found.map((box) => describeBox(box, description.classes));
    await writeFileAtomically(drawn, encodePicture(outlineBoxes(picture, boxes)));
    predictions.push({ file, picture, found, drawn });
  }
  const page = join(out, pageFile);
  await writeFileAtomically(page, drawPage(predictions, description, normalization as Normalization));
  return [...predictions.flatMap((one) => listLines(one, description)), `Page with names: ${page}`];
}

/** Pictures of one name in several folders have numbers from the second one on. */
function nameDrawing(files: readonly string[], index: number): string {
  const names = files.slice(0, index + 1).map((file) => basename(file, extname(file)));
  const same = names.filter((name) => name === names[index]).length;
  return `${names[index]}${same === 1 ? "" : `-${same}`}-boxes.png`;
}

async function readPicture(file: string): Promise<Picture> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new ArgumentError(`the picture ${file}: could not be read: ${error.message}`, { cause: error });
  });
  try {
    return await decodeImage(bytes, { name: file, channels: 3 });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new ArgumentError(`the picture ${error.message}`, { cause: error });
  }
}

/** Makes the picture about as large as those of the training, with sides that the detector can divide. */
async function findBoxes(
  model: GridDetector,
  picture: Picture,
  { size, statistics }: Description,
): Promise<readonly ClassBox[]> {
  const [, height, width] = picture.shape;
  const scale = Math.sqrt((size[0] * size[1]) / (height * width));
  const fit = (side: number): number => model.stride * Math.max(1, Math.round((side * scale) / model.stride));
  const [rows, columns] = [fit(height), fit(width)];
  const image = resizeImage(picture, [rows, columns]);
  const examples = augmentExamples([{ image }], { apply: (example) => example }, { seed: 0, statistics });
  for await (const { inputs } of batches(examples, { batchSize: 1 }).epoch(0)) {
    const [found] = await readDetections(model, inputs);
    inputs.dispose();
    return found!
      .filter(({ score }) => score >= leastScore)
      .map(({ corners: [left, top, right, bottom], ...rest }) => ({
        ...rest,
        corners: [
          Math.max(0, (left * width) / columns),
          Math.max(0, (top * height) / rows),
          Math.min(width, (right * width) / columns),
          Math.min(height, (bottom * height) / rows),
        ],
      }));
  }
  return [];
}

const formatShare = (score: number): string => `${Math.round(100 * score)} %`;

const describeBox = ({ corners, score, label }: ClassBox, classes: readonly string[]): PictureBox => ({
  corners,
  label: `${classes[label]} ${formatShare(score)}`,
  slot: label,
});

function listLines({ file, found, drawn }: Prediction, { classes }: Description): readonly string[] {
  const boxes = found.map(({ corners, score, label }) => {
    const [left, top, right, bottom] = corners.map(Math.round);
    return `  ${formatShare(score).padStart(5)}  ${classes[label]!.padEnd(12)} ${left}, ${top} to ${right}, ${bottom}`;
  });
  return [`${file}:`, ...(boxes.length === 0 ? ["  nothing"] : boxes), `  drawn: ${drawn}`];
}

function drawPage(
  predictions: readonly Prediction[],
  { classes }: Description,
  normalization: Normalization,
): string {
  return drawReport({
    title: "What the detector finds",
    setting: [`The detector ${describeArm(normalization)}`],
    findings: predictions.map(({ file, found }) => {
      const counts = classes
        .map((name, label) => `${found.filter((box) => box.label === label).length} ${name}`)
        .join(", ");
      return `${basename(file)}: ${counts}.`;
    }),
    sections: [
      {
        blocks: [
          {
            kind: "pictures",
            size: "large",
            pictures: predictions.map(({ file, picture, found }) => ({
              pixels: picture,
              alt: basename(file),
              heading: basename(file),
              boxes: found.map((box) => describeBox(box, classes)),
            })),
          },
        ],
      },
    ],
  });
}
