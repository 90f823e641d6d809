import { expect, test } from "vitest";
import { decodeModule, encodeModule } from "./module-text.ts";

test("every pair of bytes is preserved, and the text needs no escapes in a string", () => {
  const bytes = Uint8Array.from({ length: 2 * 65_536 }, (_, at) => (at % 2 === 0 ? at >> 9 : at >> 1));
  const text = encodeModule(bytes);
  expect(JSON.stringify(text)).toBe(`"${text}"`);
  expect(Buffer.compare(decodeModule(text), bytes)).toBe(0);
});
