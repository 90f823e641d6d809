/** The choice of vectors in Node. The import `#wide` leads other platforms to `no-vectors.ts`, so that nothing of this is in their bundles. */
import { BackendError, loadNodeModule } from "@evenkeel/tensor";
import { makeCompiler } from "./compile.ts";
import { measureSpeedup } from "./probe.ts";
import { isOneOf, narrowEngines, testedEngines } from "./tested-engines.ts";
import { makeTrial } from "./trial.ts";
import type { CompileWide, Vectors } from "./vectors-option.ts";

/** Wide kernels are chosen where they are this many times as fast as narrow ones. */
const smallestSpeedup = 1.2;

interface WideEngine {
  readonly compileWide: CompileWide;
  /** Measured where it decides: not for an engine that was tested, if wide vectors are requested. */
  readonly isFaster: () => boolean;
}

let opened: Promise<WideEngine | undefined> | undefined;

/** Compiles wide modules; undefined where vectors of 128 bits are chosen. Throws BackendError where wider ones are requested in vain. */
export async function chooseVectors(
  vectors: Vectors,
  features: ReadonlySet<string>,
): Promise<CompileWide | undefined> {
  const isTested = isOneOf(testedEngines, process.versions.v8 ?? "");
  if (vectors === 128 || (vectors === "auto" && !isTested)) return undefined;
  opened ??= openEngine(isTested);
  const engine = features.has("relaxed-simd") && process.arch === "x64" ? await opened : undefined;
  if (vectors === "auto") return engine?.isFaster() ? engine.compileWide : undefined;
  if (engine === undefined)
    throw new BackendError("cpu: vectors: found 256, expected 128: Node on x64 is needed");
  if (isOneOf(narrowEngines, process.versions.v8 ?? "") || (!isTested && !engine.isFaster())) {
    throw new BackendError(
      `cpu: vectors: found 256, expected 128: the engine (V8 ${process.versions.v8}) does not join vectors`,
    );
  }
  return engine.compileWide;
}

/** Undefined outside Node. */
async function openEngine(isTested: boolean): Promise<WideEngine | undefined> {
  const v8 = await loadNodeModule<typeof import("node:v8")>("node:v8");
  const processes = await loadNodeModule<typeof import("node:child_process")>("node:child_process");
  if (v8 === undefined || processes === undefined || !/-node\.\d+$/.test(process.versions.v8 ?? ""))
    return undefined;
  const { setFlagsFromString } = v8;
  const compileWide = makeCompiler(setFlagsFromString, isTested ? undefined : makeTrial(processes));
  let isFaster: boolean | undefined;
  return {
    compileWide,
    isFaster: () => {
      isFaster ??= measureSpeedup(compileWide, setFlagsFromString) >= smallestSpeedup;
      return isFaster;
    },
  };
}
