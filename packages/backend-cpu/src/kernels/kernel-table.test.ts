import { decodeModule } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { module } from "./copy.wasm.ts";
import { KernelTable } from "./kernel-table.ts";

const nameAddress = 1024;
const record = 2048;

/** Memory with the record of a kernel whose module is shared under a number. */
function makeMemory(name: string, shared: number): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536, shared: true });
  const text = new TextEncoder().encode(name);
  new Uint8Array(memory.buffer).set(text, nameAddress);
  new Int32Array(memory.buffer).set([0, 0, nameAddress, text.length, shared], record / 4);
  return memory;
}

describe("a kernel whose module the host has compiled", () => {
  const modules = [undefined, new WebAssembly.Module(decodeModule(module))];

  it("is found by the number of its module", () => {
    const table = new KernelTable(makeMemory("copy", 1), (number) => modules[number]);
    expect(table.find(0, record)).toBeTypeOf("function");
    expect(table.find(0, record)).toBe(table.find(0, record));
  });

  it("is an error if the thread has not received the module", () => {
    const table = new KernelTable(makeMemory("copy", 5), (number) => modules[number]);
    expect(() => table.find(0, record)).toThrow("the thread has not received module 5");
  });

  it("is an error if the module has no such function", () => {
    const table = new KernelTable(makeMemory("paste", 1), (number) => modules[number]);
    expect(() => table.find(0, record)).toThrow('the module has no function "paste"');
  });
});
