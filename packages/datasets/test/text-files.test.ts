import { gzipSync } from "node:zlib";
import { ArgumentError, DataError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import type { CsvOptions, TextSource } from "../src/index.ts";
import { readCsv, readCsvColumns, readJsonLines, readLines } from "../src/index.ts";
import { RandomStream } from "../src/random/random-stream.ts";

const readAll = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
};

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

const text = "första\nzweite Zeile: ß\r\n\n日本語\n";
const lines = ["första", "zweite Zeile: ß", "", "日本語"];
const bytes = new TextEncoder().encode(text);

describe("text", () => {
  it.each<[string, () => TextSource]>([
    ["a string", () => text],
    ["a string with a byte order mark", () => `\uFEFF${text}`],
    ["bytes", () => bytes],
    ["bytes with a byte order mark", () => Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes)],
    ["bytes one at a time", () => inPieces(bytes, 1)],
    ["gzipped bytes", () => gzipSync(bytes)],
    ["gzipped bytes one at a time", () => inPieces(gzipSync(bytes), 1)],
    ["a file", () => new File([bytes], "lines.txt")],
    ["an answer", () => new Response(bytes)],
    ["a gzipped stream", () => new Blob([gzipSync(bytes)]).stream()],
  ])("is read by lines from %s", async (_, makeSource) => {
    expect(await readAll(readLines(makeSource()))).toEqual(lines);
  });

  it("may end without an end of line, or be empty", async () => {
    expect(await readAll(readLines("a\nb"))).toEqual(["a", "b"]);
    expect(await readAll(readLines("a\r\nb\r"))).toEqual(["a", "b"]);
    for (const empty of ["", new Uint8Array(0), new Response(null), gzipSync("")]) {
      expect(await readAll(readLines(empty))).toEqual([]);
    }
  });

  it("is decoded by its encoding, and damaged bytes are not replaced", async () => {
    const latin = Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x0a);
    expect(await readAll(readLines(latin, { encoding: "windows-1252" }))).toEqual(["café"]);
    for (const wrong of [latin, Uint8Array.of(0xe6, 0x97)]) {
      const reading = readAll(readLines(wrong, { name: "words.txt" }));
      await expect(reading).rejects.toThrow(DataError);
      await expect(reading).rejects.toThrow("words.txt: found bytes that are not utf-8");
    }
  });

  it("closes its source when the loop is left, and passes on its errors", async () => {
    for (const packed of [bytes, gzipSync(bytes)]) {
      let isClosed = false;
      const source = async function* () {
        try {
          yield packed;
          await new Promise(() => undefined);
        } finally {
          isClosed = true;
        }
      };
      const broken = async function* () {
        yield packed.subarray(0, 12);
        throw new RangeError("the disk is gone");
      };
      await expect(readAll(readLines(broken()))).rejects.toThrow(new RangeError("the disk is gone"));
      if (packed !== bytes) continue;
      for await (const _ of readLines(source())) break;
      expect(isClosed).toBe(true);
    }
  });

  it.each([
    [gzipSync(bytes).subarray(0, 30), "notes: found damaged gzip data"],
    [
      new Response("no", { status: 404, statusText: "Not Found" }),
      "notes: the server answered 404 Not Found",
    ],
    [5 as never, "notes: found 5, expected a string, bytes, a Blob, a Response, or a stream"],
  ])("%o is rejected", async (source, message) => {
    await expect(readAll(readLines(source, { name: "notes" }))).rejects.toThrow(message);
  });

  it("rejects wrong options", async () => {
    await expect(readAll(readLines("", { encoding: "utf-7" }))).rejects.toThrow(ArgumentError);
    await expect(readAll(readLines("", { trim: true } as never))).rejects.toThrow('found the option "trim"');
  });

  it("is read as JSON by lines", async () => {
    expect(await readAll(readJsonLines('{"a":[1]}\r\n\n"b"\n3'))).toEqual([{ a: [1] }, "b", 3]);
    const reading = readAll(readJsonLines('1\n\n{"a"', { name: "log" }));
    await expect(reading).rejects.toThrow(DataError);
    await expect(reading).rejects.toThrow("log: line 3: found no JSON value");
  });
});

describe("tables", () => {
  const table = 'name,size\r\n"a ""b"", c",2\r\n"two\r\nlines",-3.5e1\r\n\r\n,0';
  const rows = [
    { name: 'a "b", c', size: 2 },
    { name: "two\r\nlines", size: -35 },
    { name: "", size: 0 },
  ];

  it("have quoted fields with delimiters, quotes and ends of lines, however they arrive", async () => {
    const options = { types: { size: "f32" } } as const;
    expect(await readAll(readCsv(table, options))).toEqual(rows);
    const encoded = new TextEncoder().encode(table);
    for (let size = 1; size <= encoded.length; size++) {
      expect(await readAll(readCsv(inPieces(encoded, size), options))).toEqual(rows);
    }
  });

  it("equal what was written, for random fields", async () => {
    const random = new RandomStream(1, 2);
    const letters = ["a", ",", '"', "\n", "\r\n", "ü", " ", ""];
    for (let round = 0; round < 200; round++) {
      const columns = random.integer(1, 4);
      const written = Array.from({ length: random.integer(1, 5) }, () =>
        Array.from({ length: columns }, () =>
          Array.from({ length: random.integer(0, 5) }, () => letters[random.integer(0, 7)]).join(""),
        ),
      );
      const end = random.uniform() < 0.5 ? "\n" : "\r\n";
      const quoted = written.map((fields) =>
        fields
          .map((field) =>
            /[",\n\r]/.test(field) || columns === 1 ? `"${field.replaceAll('"', '""')}"` : field,
          )
          .join(","),
      );
      const encoded = new TextEncoder().encode(quoted.join(end) + (random.uniform() < 0.5 ? end : ""));
      const header = Array.from({ length: columns }, (_, column) => `c${column}`);
      const read = await readAll(readCsv(inPieces(encoded, random.integer(1, 9)), { header }));
      expect(read.map((row) => Object.values(row))).toEqual(written);
    }
  });

  it("have columns of types, and names from options", async () => {
    const options: CsvOptions = {
      header: ["f", "i", "u", "b", "t"],
      types: { f: "f32", i: "i32", u: "u8", b: "bool" },
      missing: -1,
    };
    const columns = await readCsvColumns("1.5,-7, 200 ,TRUE,x\n,2,0,0,\nnan,3,1,false,1\n", options);
    expect(columns).toEqual({
      f: Float32Array.of(1.5, -1, Number.NaN),
      i: Int32Array.of(-7, 2, 3),
      u: Uint8Array.of(200, 0, 1),
      b: [true, false, false],
      t: ["x", "", "1"],
    });
    expect(await readCsvColumns("a,b\n1,4294967295\n", { types: "u32" })).toEqual({
      a: Uint32Array.of(1),
      b: Uint32Array.of(2 ** 32 - 1),
    });
    expect(await readCsvColumns("a,b\n")).toEqual({ a: [], b: [] });
  });

  it("may be separated by tabs or other characters, without quotes", async () => {
    const tabs = { delimiter: "\t", quote: null };
    expect(await readAll(readCsv('a\tb\n5" disk\t"x\n', tabs))).toEqual([{ a: '5" disk', b: '"x' }]);
    expect(await readAll(readCsv("a;b\n'1;2';3\n", { delimiter: ";", quote: "'" }))).toEqual([
      { a: "1;2", b: "3" },
    ]);
  });

  it.each<[string, CsvOptions, string]>([
    ["a,b\n1\n", {}, "text: line 2: found 1 fields, expected 2: a, b"],
    ['a\n"x\ny"\n1,2\n', { name: "t.csv" }, "t.csv: line 4: found 2 fields, expected 1: a"],
    ['a\nx"y\n', {}, 'line 2: found a quote in a field that does not begin with one: "x""'],
    ['a\n"x"y\n', {}, 'line 2: found "y" behind a closing quote'],
    ['a\n"x\n', {}, "line 2: found a quote that is not closed"],
    ["a,a\n", {}, 'text: found two columns "a"'],
    ["a\nx\n", { types: { a: "f32" } }, 'line 2: a: found "x", expected a value of the type f32'],
    ["a\n1.5\n", { types: { a: "i32" } }, 'a: found "1.5", expected a value of the type i32'],
    ["a\n256\n", { types: { a: "u8" } }, 'a: found "256"'],
    ["a,b\n,0\n", { types: "f32" }, 'a: found "", expected a value of the type f32'],
    ["a\n0x10\n", { types: "f32" }, 'a: found "0x10"'],
    ["a\nyes\n", { types: "bool" }, 'a: found "yes"'],
    ["a\n1\n", { types: { b: "f32" } }, 'found no column "b", expected it among: a'],
  ])("%o with %o are rejected", async (source, options, message) => {
    for (const reading of [readAll(readCsv(source, options)), readCsvColumns(source, options)]) {
      await expect(reading).rejects.toThrow(DataError);
      await expect(reading).rejects.toThrow(message);
    }
  });

  it("reject a record without end, and a table without a header", async () => {
    const endless = async function* () {
      yield new TextEncoder().encode('a\n"');
      while (true) yield new Uint8Array(2 ** 22).fill(97);
    };
    await expect(readAll(readCsv(endless()))).rejects.toThrow(
      "line 2: found a record of more than 16777216 characters",
    );
    await expect(readCsvColumns("")).rejects.toThrow(
      "text: found no record, expected the names of the columns",
    );
  });

  it.each<[unknown, string]>([
    [{ delimiter: ",," }, 'delimiter: found ",,"'],
    [{ delimiter: '"' }, 'quote: found "\\"", which is the delimiter'],
    [{ types: { a: "f64" } }, "types: found an object, expected"],
    [{ headers: [] }, 'found the option "headers"'],
  ])("%o are rejected", async (options, message) => {
    for (const reading of [
      readAll(readCsv("a\n", options as never)),
      readCsvColumns("a\n", options as never),
    ]) {
      await expect(reading).rejects.toThrow(ArgumentError);
      await expect(reading).rejects.toThrow(message);
    }
  });
});
