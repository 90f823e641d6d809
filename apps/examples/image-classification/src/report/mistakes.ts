import { type ImageSet, selectImages } from "@evenkeel/datasets";
import type { ArmResult } from "../training/arm-result.ts";
import { escapeHtml } from "./html.ts";
import { encodePng } from "./png.ts";

/** The mistakes that a network was most certain of, as pictures with what they are and what they were taken for. */
export function mistakesOf({ mistakes }: ArmResult, test: ImageSet): string {
  const figures = mistakes.map(({ image, label, taken, probability }) => {
    const { images } = selectImages(test, [image]);
    const source = `data:image/png;base64,${encodePng(images, test.imageShape).toString("base64")}`;
    const [is, was] = [label, taken].map((index) => escapeHtml(test.classes[index]!));
    return `<figure><img src="${source}" alt="${is}"><figcaption><b>${is}</b> taken for ${was}, ${(100 * probability).toFixed(0)}&nbsp;%</figcaption></figure>`;
  });
  return `<div class="mistakes">\n${figures.join("\n")}\n</div>`;
}
