import { expect, test } from "vitest";
import { bytesOfModule, textOfModule } from "./module-text.ts";

test("every pair of bytes is preserved, and the text needs no escapes in a string", () => {
  const bytes = Uint8Array.from({ length: 2 * 65_536 }, (_, at) => (at % 2 === 0 ? at >> 9 : at >> 1));
  const text = textOfModule(bytes);
  expect(JSON.stringify(text)).toBe(`"${text}"`);
  expect(Buffer.compare(bytesOfModule(text), bytes)).toBe(0);
});
