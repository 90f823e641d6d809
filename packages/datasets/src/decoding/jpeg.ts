import { DataError } from "@evenkeel/tensor";
import instantiate from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { loadJpegModule } from "#codec-modules";
import type { Picture } from "../images/picture.ts";
import { applyOrientation } from "./apply-orientation.ts";
import { Codec } from "./codec.ts";
import type { Channels } from "./interleaved.ts";
import { splitChannels } from "./interleaved.ts";
import { readJpegHeader } from "./jpeg-header.ts";

interface JpegExports {
  /** The pixels as RGBA. It exits with an error for some damaged files. */
  decode(bytes: Uint8Array, preserveOrientation: boolean): { readonly data: Uint8ClampedArray };
}

const codec = /* @__PURE__ */ new Codec<JpegExports>(instantiate as never, loadJpegModule);

/**
 * Sets the WebAssembly module with which JPEG files are decoded: `codec/dec/mozjpeg_dec.wasm` of the package `@jsquash/jpeg`. Only
 * programs whose bundler does not find it by `new URL` need this. Throws ArgumentError for what is no module.
 *
 * @example setJpegModule(await WebAssembly.compile(bytes))
 */
export const setJpegModule = (module: WebAssembly.Module): void =>
  codec.setModule("setJpegModule: module", module);

/** Encoders of cameras leave such bytes, which change no pixel. */
const isHarmless = (complaint: string): boolean => complaint.includes("extraneous bytes before marker");

/** Throws DataError for a file that is damaged, also where the decoder could guess the rest. */
export async function decodeJpeg(bytes: Uint8Array, name: string, channels: Channels): Promise<Picture> {
  const { width, height, orientation } = readJpegHeader(bytes, name);
  const { exports, complaints } = await codec.open();
  complaints.length = 0;
  try {
    const { data } = exports.decode(bytes, false);
    const complaint = complaints.find((line) => !isHarmless(line));
    if (complaint !== undefined) throw new Error(complaint);
    return applyOrientation(splitChannels({ data, width, height, channels: 4 }, channels), orientation);
  } catch (error) {
    codec.drop();
    const reason = complaints.find((line) => !isHarmless(line)) ?? (error as Error).message;
    throw new DataError(`${name}: found a damaged JPEG file: ${reason}`, { cause: error });
  }
}
