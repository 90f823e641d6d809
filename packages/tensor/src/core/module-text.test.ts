import { expect, test } from "vitest";
import { bytesOfModule, patched, textOfModule } from "./module-text.ts";

test("every pair of bytes survives being text, and the text needs no escapes in a string", () => {
  const bytes = Uint8Array.from({ length: 2 * 65_536 }, (_, at) => (at % 2 === 0 ? at >> 9 : at >> 1));
  const text = textOfModule(bytes);
  expect(JSON.stringify(text)).toBe(`"${text}"`);
  expect(Buffer.compare(bytesOfModule(text), bytes)).toBe(0);
});

test("a patch alternates between its own text and pieces of the other module", () => {
  expect(patched("abcdefgh", "X\t2,3\tYZ\t-4,2\t")).toBe("XcdeYZbc");
  expect(patched("abc", "all its own")).toBe("all its own");
});
