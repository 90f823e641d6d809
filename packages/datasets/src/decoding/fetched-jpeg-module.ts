/** In browsers the decoder fetches its own module, at the address where the bundler put it. */
export const loadJpegModule = async (): Promise<WebAssembly.Module | undefined> => undefined;
