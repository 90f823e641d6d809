import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCsv, encodeCsvRow } from "./csv.ts";

test("fields are quoted where RFC 4180 wants them", () => {
  expect(encodeCsvRow(["a", "b c", "", "1.5"], ",")).toBe("a,b c,,1.5\n");
  expect(encodeCsvRow(["a,b", 'say "x"', "two\nlines", "a\rb", "a;b"], ",")).toBe(
    '"a,b","say ""x""","two\nlines","a\rb",a;b\n',
  );
  expect(encodeCsvRow(["a,b", "a;b"], ";")).toBe('a,b;"a;b"\n');
});

test("rows are read back, with either end of a line, and a last line without an end is left out", () => {
  expect(decodeCsv('a,b\r\n"x, ""y""",\n1,2', ",")).toEqual([
    ["a", "b"],
    ['x, "y"', ""],
  ]);
  for (const text of ["", "a,b", '"a', 'a,"b\n']) expect(decodeCsv(text, ",")).toEqual([]);
});

test("any fields are read back as they were written", () => {
  const field = fc.oneof(fc.string(), fc.stringMatching(/^[",\r\n;a]*$/));
  const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
  const returns = (written: string[][], separator: string, kept: number) => {
    const text = written.map((row) => encodeCsvRow(row, separator)).join("");
    expect(decodeCsv(text, separator)).toEqual(written);
    // Cut anywhere, the text has its first rows.
    const found = decodeCsv(text.slice(0, Math.floor(kept * text.length)), separator);
    if (!/["\r]/.test(text)) expect(written.slice(0, found.length)).toEqual(found);
  };
  fc.assert(
    fc.property(rows, fc.constantFrom(",", ";", "\t"), fc.double({ min: 0, max: 1, noNaN: true }), returns),
  );
});
