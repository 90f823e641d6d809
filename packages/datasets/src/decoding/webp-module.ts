import { checkValue } from "@evenkeel/tensor/checks";
import { aWasmModule } from "./codec.ts";

/** The module of the decoder, if the program sets it. The decoder itself is loaded with the first image. */
export const given: { module?: WebAssembly.Module } = {};

/**
 * Sets the WebAssembly module with which WebP files are decoded, before the first one: `codec/dec/webp_dec.wasm` of the package
 * `@jsquash/webp`. Only programs whose bundler does not find it by `new URL` need this. Throws ArgumentError for what is no module.
 *
 * @example setWebpModule(await WebAssembly.compile(bytes))
 */
export function setWebpModule(module: WebAssembly.Module): void {
  checkValue("setWebpModule: module", module, aWasmModule);
  given.module = module;
}
