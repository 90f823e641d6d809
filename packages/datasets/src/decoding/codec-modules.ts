import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

type LoadModule = () => Promise<WebAssembly.Module | undefined>;

/** The module of a decoder, from the folder of its package: Node cannot `fetch` files. */
const compile = async (address: string): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await readFile(fileURLToPath(address)));

export const loadJpegModule: LoadModule = () =>
  compile(import.meta.resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm"));

export const loadWebpModule: LoadModule = () =>
  compile(import.meta.resolve("@jsquash/webp/codec/dec/webp_dec.wasm"));
