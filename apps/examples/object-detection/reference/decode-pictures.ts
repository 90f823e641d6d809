/**
 * Writes the pictures of BCCD for detector.py, because Debian's PyTorch reads no JPEG files: `node decode-pictures.ts FOLDER` writes <part>.u8, all
 * pictures of a part one after the other as bytes in the order channels x height x width, and <part>.json with names, boxes and labels.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { augmentExamples, bccd, resizeTo } from "@evenkeel/datasets";
import { loadPublished } from "@evenkeel/datasets/node";
import { pictureSize } from "../src/data.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("expected the folder to write to");
await mkdir(folder, { recursive: true });
for (const [part, set] of Object.entries(await loadPublished(bccd))) {
  const resized = augmentExamples(set, resizeTo(pictureSize), { seed: 0 });
  const pictures: Uint8Array[] = [];
  const objects: object[] = [];
  for (let index = 0; index < resized.length; index++) {
    const { image, boxes, labels } = await resized.get(index);
    pictures.push(image.data);
    objects.push({ name: set.names[index], boxes: [...boxes.data], labels: [...labels] });
  }
  await writeFile(join(folder, `${part}.u8`), Buffer.concat(pictures));
  await writeFile(join(folder, `${part}.json`), JSON.stringify(objects));
  console.log(`${part}: ${pictures.length} pictures`);
}
