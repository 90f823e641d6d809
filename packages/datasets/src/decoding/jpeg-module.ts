import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The module of the JPEG decoder, from the folder of its package: Node cannot `fetch` files. */
export const loadJpegModule = async (): Promise<WebAssembly.Module | undefined> =>
  WebAssembly.compile(
    await readFile(fileURLToPath(import.meta.resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm"))),
  );
