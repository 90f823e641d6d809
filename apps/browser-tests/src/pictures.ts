import { resizeImage } from "@evenkeel/datasets";
import { decodeImage, readPixels } from "@evenkeel/datasets/images";

const toHex = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The shape and a digest of the pixels of each file, as it is and resized. */
export async function digestPictures(files: readonly Uint8Array[]): Promise<string[]> {
  const digests: string[] = [];
  for (const file of files) {
    const picture = await decodeImage(file);
    for (const { data, shape } of [picture, resizeImage(picture, [23, 31])]) {
      digests.push(`${shape.join(" x ")}: ${toHex(await crypto.subtle.digest("SHA-256", data.slice()))}`);
    }
  }
  return digests;
}

/** The pixels of a canvas with a rectangle, by each way in which a page holds pixels. */
export async function readCanvas(): Promise<number[][]> {
  const canvas = document.createElement("canvas");
  canvas.width = 2;
  canvas.height = 1;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "rgb(10, 20, 30)";
  context.fillRect(0, 0, 1, 1);
  const sources = [canvas, await createImageBitmap(canvas), context.getImageData(0, 0, 2, 1)];
  return sources.map((source) => [...readPixels(source).data]);
}
