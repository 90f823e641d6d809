import { DataError } from "@evenkeel/tensor";
import instantiate from "@jsquash/webp/codec/dec/webp_dec.js";
import { loadWebpModule } from "#codec-modules";
import type { Picture } from "../images/picture.ts";
import { Codec } from "./codec.ts";
import type { Channels } from "./interleaved.ts";
import { splitChannels } from "./interleaved.ts";
import { given } from "./webp-module.ts";

interface WebpExports {
  /** The pixels as RGBA; null for a damaged file. */
  decode(bytes: Uint8Array): { readonly data: Uint8ClampedArray; width: number; height: number } | null;
}

const codec = /* @__PURE__ */ new Codec<WebpExports>(
  instantiate as never,
  async () => given.module ?? (await loadWebpModule()),
);

/** Throws DataError for a damaged file. */
export async function decodeWebp(bytes: Uint8Array, name: string, channels: Channels): Promise<Picture> {
  const { exports } = await codec.open();
  try {
    const image = exports.decode(bytes);
    if (image === null) throw new Error("the compressed data could not be decoded");
    const { data, width, height } = image;
    return splitChannels({ data, width, height, channels: 4 }, channels);
  } catch (error) {
    codec.drop();
    throw new DataError(`${name}: found a damaged WebP file: ${(error as Error).message}`, { cause: error });
  }
}
