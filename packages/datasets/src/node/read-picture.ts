import { readFile } from "node:fs/promises";
import { DataError } from "@evenkeel/tensor";
import type { Channels } from "../decoding/interleaved.ts";
import type { Picture } from "../images/picture.ts";

/** Reads a file. Throws DataError, naming it, if it cannot be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new DataError(`${path}: could not be read: ${(error as Error).message}`, { cause: error });
  }
}

export const readText = async (path: string): Promise<string> =>
  new TextDecoder().decode(await readBytes(path));

/** Decodes an image file. The decoders are loaded with the first one. */
export async function readPicture(path: string, channels: Channels | undefined): Promise<Picture> {
  const { decodeImage } = await import("../decoding/decode-image.ts");
  return decodeImage(await readBytes(path), { name: path, channels });
}
