import { DataError } from "@evenkeel/tensor";
import { checkValue } from "@evenkeel/tensor/checks";
import instantiate from "@jsquash/jpeg/codec/dec/mozjpeg_dec.js";
import { initEmscriptenModule } from "@jsquash/jpeg/utils.js";
import { loadJpegModule } from "#jpeg-module";
import type { Picture } from "../images/picture.ts";
import { applyOrientation } from "./apply-orientation.ts";
import type { Channels } from "./interleaved.ts";
import { splitChannels } from "./interleaved.ts";
import { readJpegHeader } from "./jpeg-header.ts";

/** An instance of the decoder, and its complaints about the image that it decodes. */
interface Decoder {
  readonly complaints: string[];
  /** The pixels as RGBA. It exits with an error for some damaged files. */
  decode(bytes: Uint8Array): Uint8ClampedArray;
}

/** The decoder of this program, and its module if that was set. */
const shared: { module?: WebAssembly.Module; decoder?: Promise<Decoder> } = {};

/**
 * Sets the WebAssembly module with which JPEG files are decoded: `codec/dec/mozjpeg_dec.wasm` of the package `@jsquash/jpeg`. Only
 * programs whose bundler does not find it by `new URL` need this. Throws ArgumentError for what is no module.
 *
 * @example setJpegModule(await WebAssembly.compile(bytes))
 */
export function setJpegModule(module: WebAssembly.Module): void {
  checkValue("setJpegModule: module", module, {
    expected: "a WebAssembly.Module",
    accepts: (value) => value instanceof WebAssembly.Module,
  });
  shared.module = module;
  delete shared.decoder;
}

async function openDecoder(): Promise<Decoder> {
  const module = shared.module ?? (await loadJpegModule());
  const complaints: string[] = [];
  const printErr = (line: string): void => void complaints.push(line);
  const codec = await initEmscriptenModule(instantiate, module, { printErr });
  return {
    complaints,
    decode: (bytes) => codec.decode(bytes as unknown as ArrayBuffer, false).data,
  };
}

/** Encoders of cameras leave such bytes, which change no pixel. */
const isHarmless = (complaint: string): boolean => complaint.includes("extraneous bytes before marker");

/** Throws DataError for a file that is damaged, also where the decoder could guess the rest. */
export async function decodeJpeg(bytes: Uint8Array, name: string, channels: Channels): Promise<Picture> {
  const { width, height, orientation } = readJpegHeader(bytes, name);
  shared.decoder ??= openDecoder();
  const { decode, complaints } = await shared.decoder;
  complaints.length = 0;
  try {
    const data = decode(bytes);
    const complaint = complaints.find((line) => !isHarmless(line));
    if (complaint !== undefined) throw new Error(complaint);
    return applyOrientation(splitChannels({ data, width, height, channels: 4 }, channels), orientation);
  } catch (error) {
    // The instance keeps the memory of an image that it gave up.
    delete shared.decoder;
    const reason = complaints.find((line) => !isHarmless(line)) ?? (error as Error).message;
    throw new DataError(`${name}: found a damaged JPEG file: ${reason}`, { cause: error });
  }
}
