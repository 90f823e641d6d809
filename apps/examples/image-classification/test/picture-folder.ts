import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodePicture } from "@evenkeel/report";

const colors = { blue: [40, 60, 200], green: [50, 190, 70], red: [210, 50, 40] } as const;

export const pictureClasses: readonly string[] = Object.keys(colors);

/** A picture in the color of its class with a pattern of its own, as a PNG file. */
export function drawPicture(name: string, index: number): Uint8Array {
  const [height, width] = [36 + (index % 5) * 4, 44 - (index % 3) * 6];
  const color = colors[name as keyof typeof colors];
  const data = Uint8Array.from({ length: 3 * height * width }, (_, position) => {
    const [channel, pixel] = [Math.floor(position / (height * width)), position % (height * width)];
    return color[channel]! + ((pixel * (index + 3)) % 37) - 18;
  });
  return encodePicture({ data, shape: [3, height, width] });
}

/** Writes `train` and `val` with some pictures of different sizes for each class. */
export async function writePictures(
  folder: string,
  { train, val }: { readonly train: number; readonly val: number },
): Promise<void> {
  for (const [part, count] of Object.entries({ train, val })) {
    for (const name of pictureClasses) {
      await mkdir(join(folder, part, name), { recursive: true });
      for (let index = 0; index < count; index++) {
        await writeFile(join(folder, part, name, `${index}.png`), drawPicture(name, index));
      }
    }
  }
}
