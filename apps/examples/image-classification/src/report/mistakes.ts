import type { Picture } from "@evenkeel/report";
import type { DataPart } from "../images/data-part.ts";
import type { ArmResult, Mistake } from "../training/arm-result.ts";

/** The wrong predictions with the highest confidence, as pictures with the true and the predicted class. */
export const listMistakes = ({ mistakes }: ArmResult, test: DataPart): Promise<readonly Picture[]> =>
  Promise.all(mistakes.map((mistake) => describeMistake(mistake, test)));

async function describeMistake(
  { image, label, predicted, probability }: Mistake,
  test: DataPart,
): Promise<Picture> {
  const [actual, mistaken] = [label, predicted].map((index) => test.classes[index]!);
  return {
    pixels: await test.readPicture(image),
    alt: actual!,
    heading: actual,
    caption: `taken for ${mistaken}, ${(100 * probability).toFixed(0)} %`,
  };
}
