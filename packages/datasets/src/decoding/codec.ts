import { checkValue, type Rule } from "@evenkeel/tensor/checks";
import { initEmscriptenModule } from "@jsquash/jpeg/utils.js";

export const aWasmModule: Rule = {
  expected: "a WebAssembly.Module",
  accepts: (value) => value instanceof WebAssembly.Module,
};

/** An instance of a decoder, and its complaints, which the caller clears before each image. */
interface Decoder<Exports> {
  readonly complaints: string[];
  readonly exports: Exports;
}

/** What a file of the package of a decoder exports. */
type Instantiate<Exports> = (options: never) => Promise<Exports>;

type Load = () => Promise<WebAssembly.Module | undefined>;

/** A decoder in WebAssembly, of which a program has one instance, opened for the first image. */
export class Codec<Exports> {
  private readonly instantiate: Instantiate<Exports>;
  private readonly loadModule: Load;
  private module: WebAssembly.Module | undefined;
  private decoder: Promise<Decoder<Exports>> | undefined;

  constructor(instantiate: Instantiate<Exports>, loadModule: Load) {
    this.instantiate = instantiate;
    this.loadModule = loadModule;
  }

  /** Sets the module of the decoder. Throws ArgumentError, which begins with `where`, for what is no module. */
  setModule(where: string, module: WebAssembly.Module): void {
    checkValue(where, module, aWasmModule);
    this.module = module;
    this.drop();
  }

  open(): Promise<Decoder<Exports>> {
    this.decoder ??= this.start();
    return this.decoder;
  }

  /** Forgets the instance, which keeps the memory of an image that it gave up. */
  drop(): void {
    this.decoder = undefined;
  }

  private async start(): Promise<Decoder<Exports>> {
    const module = this.module ?? (await this.loadModule());
    const complaints: string[] = [];
    const printErr = (line: string): void => void complaints.push(line);
    const exports = await initEmscriptenModule(this.instantiate as never, module, { printErr });
    return { complaints, exports: exports as Exports };
  }
}
