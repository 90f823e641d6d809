import { type ImageSet, selectImages } from "@evenkeel/datasets";
import type { ArmResult } from "../training/arm-result.ts";
import { escapeHtml } from "./html.ts";
import { encodePng } from "./png.ts";

/** The wrong predictions with the highest confidence, as pictures with the true and the predicted class. */
export function drawMistakes({ mistakes }: ArmResult, test: ImageSet): string {
  const figures = mistakes.map(({ image, label, predicted, probability }) => {
    const { images } = selectImages(test, [image]);
    const source = `data:image/png;base64,${encodePng(images, test.imageShape).toString("base64")}`;
    const [actual, mistaken] = [label, predicted].map((index) => escapeHtml(test.classes[index]!));
    return `<figure><img src="${source}" alt="${actual}"><figcaption><b>${actual}</b> taken for ${mistaken}, ${(100 * probability).toFixed(0)}&nbsp;%</figcaption></figure>`;
  });
  return `<div class="mistakes">\n${figures.join("\n")}\n</div>`;
}
