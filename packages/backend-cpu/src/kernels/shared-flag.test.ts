import { decodeModule } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { module } from "./copy.wasm.ts";
import { importPlainMemory } from "./shared-flag.ts";

const writeCode = (): Uint8Array<ArrayBuffer> => decodeModule(module);
const plainMemory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum: 1 });

describe("importPlainMemory", () => {
  it("makes a module take plain memory instead of shared memory", () => {
    const code = writeCode();
    const imports = { env: { memory: plainMemory() } };
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(code), imports)).toThrow(/shared/);
    importPlainMemory(code);
    new WebAssembly.Instance(new WebAssembly.Module(code), imports);
  });

  it("changes one byte", () => {
    const code = writeCode();
    importPlainMemory(code);
    expect(code.filter((byte, index) => byte !== writeCode()[index])).toHaveLength(1);
  });

  it("ends on bytes that are no module", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => importPlainMemory(bytes)));
  });
});
