/** The choice of vectors in Node. The import `#wide` leads other platforms to `no-vectors.ts`, so that nothing of this is in their bundles. */
import { BackendError, loadNodeModule, loadWideModules } from "@evenkeel/tensor";
import type { EngineControl } from "./compile.ts";
import { WideCompiler } from "./compile.ts";
import { claim, hasEngineLock, isClaimed, withEngineLock } from "./engine-lock.ts";
import { measureSpeedup } from "./probe.ts";
import { isOneOf, narrowEngines, testedEngines } from "./tested-engines.ts";
import { makeTrial } from "./trial.ts";
import type { CompileWide, Vectors } from "./vectors-option.ts";

/** Wide kernels are chosen where they are this many times as fast as narrow ones. */
const smallestSpeedup = 1.2;

interface WideEngine {
  readonly compiler: WideCompiler;
  readonly isFaster: boolean;
}

/** Found out once in a thread: what compiles wide modules, or the reason why nothing can. */
let found: Promise<WideEngine | string> | undefined;

/**
 * The function that gives compiled wide modules; undefined where vectors of 128 bits are chosen. Throws BackendError where wider ones are requested and
 * the engine does not have them. In an engine that was tested, a request does not depend on a measurement.
 *
 * Every device of this thread calls it before its first kernel runs: wide modules are compiled under flags of the engine that concern all threads, so
 * they are compiled only while no thread of the process runs kernels of this library.
 */
export async function chooseVectors(
  vectors: Vectors,
  features: ReadonlySet<string>,
  isShared: boolean,
): Promise<CompileWide | undefined> {
  const reason = findReasonAgainst(vectors, features);
  if (reason !== undefined && vectors === 256) {
    throw new BackendError(`cpu: vectors: found 256, expected 128: ${reason}`);
  }
  const canChoose = vectors === 256 || (vectors === "auto" && (await hasEngineLock()));
  return withEngineLock(async () => {
    const compiler = reason === undefined && canChoose ? await chooseCompiler(vectors, isShared) : undefined;
    await claim("kernels");
    return compiler && ((module: string, ofShared: boolean) => compiler.get(module, ofShared));
  });
}

/** Why vectors have 128 bits here; undefined where they may have more. */
function findReasonAgainst(vectors: Vectors, features: ReadonlySet<string>): string | undefined {
  // Bundlers may choose this file for a platform that has no process.
  const { v8: version = "", bun } = globalThis.process?.versions ?? {};
  const isNode = /-node\.\d+$/.test(version) && bun === undefined;
  if (!isNode || process.arch !== "x64" || !features.has("relaxed-simd")) return "Node on x64 is needed";
  const isKnown = isOneOf(testedEngines, version);
  if (isOneOf(narrowEngines, version) || (vectors !== 256 && !isKnown)) return describeEngine();
  return vectors === 128 ? "128 is requested" : undefined;
}

const describeEngine = (): string => `the engine (V8 ${process.versions.v8}) does not join vectors`;

async function chooseCompiler(vectors: Vectors, isShared: boolean): Promise<WideCompiler | undefined> {
  const isTested = isOneOf(testedEngines, process.versions.v8);
  found ??= (await isClaimed("kernels")) ? takeJoined() : measureEngine(isTested, isShared);
  const engine = await found;
  if (typeof engine !== "string" && (engine.isFaster || (vectors === 256 && isTested))) {
    await claim("wide kernels");
    return engine.compiler;
  }
  if (vectors === "auto") return undefined;
  const reason = typeof engine === "string" ? engine : describeEngine();
  throw new BackendError(`cpu: vectors: found 256, expected 128: ${reason}`);
}

/**
 * The compiler of a thread that opens its first wide device while kernels run in the process. The engine finds code that a thread has joined by the
 * bytes of a module.
 */
async function takeJoined(): Promise<WideEngine | string> {
  const engine = await loadEngineControl();
  if (engine !== undefined && (await isClaimed("wide kernels"))) {
    return { compiler: new WideCompiler(engine), isFaster: true };
  }
  return "kernels with vectors of 128 bits run in this process already: open the device with 256 first";
}

/** An engine that was not tested may crash, so it is tried in another process first. */
async function measureEngine(isTested: boolean, isShared: boolean): Promise<WideEngine | string> {
  const engine = await loadEngineControl();
  const processes = isTested
    ? undefined
    : await loadNodeModule<typeof import("node:child_process")>("node:child_process");
  if (engine === undefined || (!isTested && processes === undefined)) return "Node on x64 is needed";
  const compiler = new WideCompiler(engine, processes && makeTrial(processes));
  const modules = await loadWideModules();
  try {
    const isFaster = measureSpeedup(compiler, engine) >= smallestSpeedup;
    if (isFaster || isTested) for (const { module } of modules) compiler.join(module, isShared);
    return { compiler, isFaster };
  } catch {
    // There is no memory for the measurement.
    return { compiler, isFaster: false };
  }
}

/** Undefined if Node provides no control over its engine. */
async function loadEngineControl(): Promise<EngineControl | undefined> {
  const v8 = await loadNodeModule<typeof import("node:v8")>("node:v8");
  const vm = await loadNodeModule<typeof import("node:vm")>("node:vm");
  return v8 && vm && { setFlags: v8.setFlagsFromString, evaluate: (text) => vm.runInThisContext(text) };
}
