/** The choice of vectors in Node. The import `#wide` leads other platforms to `no-vectors.ts`, so that nothing of this is in their bundles. */
import { BackendError, loadNodeModule } from "@evenkeel/tensor";
import { makeCompiler } from "./compile.ts";
import { hasEngineLock, withEngineLock } from "./engine-lock.ts";
import { measureSpeedup } from "./probe.ts";
import { isOneOf, narrowEngines, testedEngines } from "./tested-engines.ts";
import { makeTrial } from "./trial.ts";
import type { CompileWide, Vectors } from "./vectors-option.ts";

/** Wide kernels are chosen where they are this many times as fast as narrow ones. */
const smallestSpeedup = 1.2;

interface WideEngine {
  readonly compileWide: CompileWide;
  readonly isFaster: boolean;
}

/** Measured once in a process. */
let measured: Promise<WideEngine | undefined> | undefined;

/**
 * Compiles these wide modules, and returns the function that has compiled them; undefined where vectors of 128 bits are chosen. Throws BackendError
 * where wider ones are requested and the engine does not have them. In an engine that was tested, a request does not depend on a measurement.
 *
 * They are compiled before the first kernel runs, because this sets flags of the engine, which all threads share.
 */
export async function chooseVectors(
  vectors: Vectors,
  features: ReadonlySet<string>,
  modules: readonly string[],
  isShared: boolean,
): Promise<CompileWide | undefined> {
  const compileWide = await chooseCompiler(vectors, features);
  if (compileWide !== undefined) {
    await withEngineLock(() => {
      for (const module of modules) compileWide(module, isShared);
    });
  }
  return compileWide;
}

async function chooseCompiler(
  vectors: Vectors,
  features: ReadonlySet<string>,
): Promise<CompileWide | undefined> {
  // Bundlers may choose this file for a platform that has no process.
  const { v8: version = "", bun } = globalThis.process?.versions ?? {};
  const isTested = isOneOf(testedEngines, version);
  const isNode = /-node\.\d+$/.test(version) && bun === undefined;
  const canJoin = isNode && process.arch === "x64" && features.has("relaxed-simd");
  if (vectors === 128 || (vectors === "auto" && !(canJoin && isTested))) return undefined;
  if (!canJoin) throw new BackendError("cpu: vectors: found 256, expected 128: Node on x64 is needed");
  if (vectors === "auto" && !(await hasEngineLock())) return undefined;
  measured ??= isOneOf(narrowEngines, version) ? Promise.resolve(undefined) : measureEngine(isTested);
  const engine = await measured;
  if (vectors === "auto") return engine?.isFaster ? engine.compileWide : undefined;
  if (engine === undefined || !(isTested || engine.isFaster)) {
    throw new BackendError(
      `cpu: vectors: found 256, expected 128: the engine (V8 ${version}) does not join vectors`,
    );
  }
  return engine.compileWide;
}

/** Undefined if Node provides no control over its engine. An engine that was not tested may crash, so it is tried in another process first. */
async function measureEngine(isTested: boolean): Promise<WideEngine | undefined> {
  const v8 = await loadNodeModule<typeof import("node:v8")>("node:v8");
  const vm = await loadNodeModule<typeof import("node:vm")>("node:vm");
  const processes = isTested
    ? undefined
    : await loadNodeModule<typeof import("node:child_process")>("node:child_process");
  if (v8 === undefined || vm === undefined || (!isTested && processes === undefined)) return undefined;
  const engine = { setFlags: v8.setFlagsFromString, evaluate: (text: string) => vm.runInThisContext(text) };
  const compileWide = makeCompiler(engine, processes && makeTrial(processes));
  try {
    const speedup = await withEngineLock(() => measureSpeedup(compileWide, engine));
    return { compileWide, isFaster: speedup >= smallestSpeedup };
  } catch {
    // There is no memory for the measurement.
    return { compileWide, isFaster: false };
  }
}
