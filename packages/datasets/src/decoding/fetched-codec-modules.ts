type LoadModule = () => Promise<WebAssembly.Module | undefined>;

/** In browsers the decoders fetch their own modules, at the addresses where the bundler put them. */
const leaveToDecoder: LoadModule = async () => undefined;

export const loadJpegModule: LoadModule = leaveToDecoder;
export const loadWebpModule: LoadModule = leaveToDecoder;
