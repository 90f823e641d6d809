import { type ImageSet, selectImages } from "@evenkeel/datasets";
import type { Picture } from "@evenkeel/report";
import type { ArmResult, Mistake } from "../training/arm-result.ts";

/** The wrong predictions with the highest confidence, as pictures with the true and the predicted class. */
export const listMistakes = ({ mistakes }: ArmResult, test: ImageSet): readonly Picture[] =>
  mistakes.map((mistake) => describeMistake(mistake, test));

function describeMistake({ image, label, predicted, probability }: Mistake, test: ImageSet): Picture {
  const { images } = selectImages(test, [image]);
  const [actual, mistaken] = [label, predicted].map((index) => test.classes[index]!);
  return {
    pixels: { data: images, shape: test.imageShape },
    alt: actual!,
    heading: actual,
    caption: `taken for ${mistaken}, ${(100 * probability).toFixed(0)} %`,
  };
}
