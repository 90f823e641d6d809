import type { ExampleAugmentation } from "../augment/annotated-image.ts";
import type { Augmentation } from "../augment/augmentation.ts";
import { asAugmentation } from "../augment/compose.ts";
import type { ChannelStatistics, ImageSet } from "../images/image-set.ts";
import {
  computeChannelStatistics,
  computeNormalizationTables,
  countImages,
  countValuesPerImage,
} from "../images/image-set.ts";
import type { ExampleSource } from "./example-source.ts";

/** Images prepared for training: augmented, and each channel normalized. */
export function fromImages(
  set: ImageSet,
  options: { readonly statistics?: ChannelStatistics; readonly augment?: Augmentation | ExampleAugmentation },
): ExampleSource {
  const { statistics = computeChannelStatistics(set) } = options;
  const augment = options.augment && asAugmentation(options.augment);
  const [, height, width] = set.imageShape;
  const [size, area] = [countValuesPerImage(set), height * width];
  const tables = computeNormalizationTables(statistics);
  const augmented = new Uint8Array(augment === undefined ? 0 : size);
  return {
    count: countImages(set),
    take: (positions, random) => {
      const inputs = new Float32Array(positions.length * size);
      positions.forEach((position, index) => {
        const image = set.images.subarray(position * size, (position + 1) * size);
        augment?.(image, augmented, set.imageShape, random);
        const pixels = augment === undefined ? image : augmented;
        for (let pixel = 0, target = index * size; pixel < size; ) {
          const table = tables[pixel / area]!;
          for (const end = pixel + area; pixel < end; pixel++) inputs[target++] = table[pixels[pixel]!]!;
        }
      });
      return {
        inputs: { data: inputs, shape: [positions.length, ...set.imageShape] },
        labels: positions.map((position) => set.labels[position]!),
      };
    },
  };
}
