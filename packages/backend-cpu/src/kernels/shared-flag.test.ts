import { bytesOfModule } from "@evenkeel/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { module } from "./copy.wasm.ts";
import { importPlainMemory } from "./shared-flag.ts";

const codeOf = (): Uint8Array<ArrayBuffer> => bytesOfModule(module);
const plainMemory = (): WebAssembly.Memory => new WebAssembly.Memory({ initial: 1, maximum: 1 });

describe("importPlainMemory", () => {
  it("makes a module take plain memory instead of shared memory", () => {
    const code = codeOf();
    const imports = { env: { memory: plainMemory() } };
    expect(() => new WebAssembly.Instance(new WebAssembly.Module(code), imports)).toThrow(/shared/);
    importPlainMemory(code);
    new WebAssembly.Instance(new WebAssembly.Module(code), imports);
  });

  it("changes one byte", () => {
    const code = codeOf();
    importPlainMemory(code);
    expect(code.filter((byte, index) => byte !== codeOf()[index])).toHaveLength(1);
  });

  it("ends on bytes that are no module", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => importPlainMemory(bytes)));
  });
});
