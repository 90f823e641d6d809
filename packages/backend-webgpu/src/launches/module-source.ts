import type { WgslKernel, WgslParameters } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { Access } from "./bindings.ts";

/** The struct of the parameters, where there are any. */
function parametersSource(parameters: WgslParameters): string {
  const members = Object.entries(parameters).map(([name, type]) => `${name}: ${type}`);
  return members.length === 0
    ? ""
    : `
struct Parameters { ${members.join(", ")} }
@group(1) @binding(0) var<uniform> p: Parameters;`;
}

/** The binding after those of the operands: the counter of a launch's check. */
const writeCounter = (binding: number): string => `
@group(0) @binding(${binding}) var<storage, read_write> outside: atomic<u32>;
fn countOutside(count: u32) { if (count > 0u) { atomicAdd(&outside, count); } }`;

/**
 * The module of a kernel whose operands are accessed in this way: reads, writes, then, where there is one, the counter of a
 * check. Declarations follow the code, so that messages of the compiler have its line numbers. Throws ArgumentError where the
 * operands are not those of the kernel.
 */
export function writeModule(kernel: WgslKernel, accesses: readonly Access[], hasCounter: boolean): string {
  const { reads, writes, parameters } = kernel.schema;
  const operands = [...Object.entries(reads), ...Object.entries(writes)];
  const found = accesses.length - Number(hasCounter);
  if (found !== operands.length) {
    throw new ArgumentError(`${kernel.entry}: found ${found} operands, expected ${operands.length}`);
  }
  const declarations = operands.map(([name, element], binding) => {
    const access = accesses[binding]!;
    if (access === "-") {
      if (name.endsWith("?")) return "";
      throw new ArgumentError(`${kernel.entry}: ${name}: found no operand, expected one`);
    }
    const mode = access === "r" ? "read" : "read_write";
    return `\n@group(0) @binding(${binding}) var<storage, ${mode}> ${name.replace("?", "")}: array<${element}>;`;
  });
  const enabled = kernel.extensions.map((extension) => `enable ${extension};`);
  const counter = hasCounter ? writeCounter(operands.length) : "";
  return `${enabled.join("")}${kernel.code}${declarations.join("")}${parametersSource(parameters)}${counter}`;
}
