import { ArgumentError, DataError } from "@evenkeel/tensor";
import { describe, expect, it } from "vitest";
import { readVocAnnotation, vocClasses } from "../../src/annotations/index.ts";

const object = (changes: { readonly [tag: string]: string } = {}): string => {
  const tags = {
    name: "dog",
    truncated: "1",
    difficult: "0",
    xmin: "3",
    ymin: "2",
    xmax: "7",
    ymax: "5",
    ...changes,
  };
  const element = (tag: keyof typeof tags) => `<${tag}>${tags[tag]}</${tag}>`;
  return `<object>${element("name")}${element("truncated")}${element("difficult")}
    <bndbox>${element("xmin")}${element("ymin")}${element("xmax")}${element("ymax")}</bndbox>
    <part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
  </object>`;
};

const annotate = (...objects: readonly string[]): string =>
  `<?xml version="1.0"?>
  <annotation><filename>a &amp; b.jpg</filename>
    <size><width>10</width><height>6</height><depth>3</depth></size>
    ${objects.join("\n")}
  </annotation>`;

describe("VOC annotations", () => {
  it("have boxes from the first pixel, and flags", () => {
    expect(
      readVocAnnotation(annotate(object(), object({ name: "cat", difficult: "1", truncated: "0" }))),
    ).toEqual({
      file: "a & b.jpg",
      width: 10,
      height: 6,
      objects: [
        { name: "dog", box: [2, 1, 7, 5], difficult: false, truncated: true },
        { name: "cat", box: [2, 1, 7, 5], difficult: true, truncated: false },
      ],
    });
    const fromZero = readVocAnnotation(annotate(object({ xmin: "3.5" })), { firstPixel: 0 });
    expect(fromZero.objects[0]!.box).toEqual([3.5, 2, 7, 5]);
    expect(readVocAnnotation(annotate()).objects).toEqual([]);
    const short = annotate(object()).replace(/<(truncated|difficult)>.<\/\1>/g, "");
    expect(readVocAnnotation(short).objects[0]).toMatchObject({ difficult: false, truncated: false });
    expect(vocClasses.length).toBe(20);
  });

  it.each<[string, string, RegExp]>([
    ["XML that ends", annotate(object()).slice(0, 200), /^a\.xml: found damaged XML: /],
    ["XML with a wrong tag", annotate(object()).replace("</size>", "</siz>"), /damaged XML: .*size.*/],
    ["another document", "<html></html>", /a\.xml: annotation: found undefined, expected an object/],
    ["no size", "<annotation></annotation>", /annotation: found "", expected an object/],
    [
      "a width that is no number",
      annotate().replace(">10<", ">wide<"),
      /size: width: found "wide", expected a positive integer/,
    ],
    [
      "a negative width",
      annotate().replace(">10<", ">-10<"),
      /a\.xml: size: width: found "-10", expected a pos/,
    ],
    ["no height", annotate().replace(">6<", ">0<"), /size: height: found "0", expected a positive integer/],
    [
      "half a pixel",
      annotate().replace(">6<", ">6.5<"),
      /size: height: found "6.5", expected a positive int/,
    ],
    [
      "a box whose sides are exchanged",
      annotate(object(), object({ xmax: "2" })),
      /object 1: bndbox: found 3, 2 to 2, \d+, expected min <= max/,
    ],
    ["no name", annotate(object({ name: "" })), /object 0: name: found "", expected a text/],
    [
      "a flag",
      annotate(object({ difficult: "yes" })),
      /object 0: difficult: found "yes", expected "0" or "1"/,
    ],
    [
      "no number in a box",
      annotate(object(), object({ xmax: "" })),
      /object 1: bndbox: xmax: found "", expected a number/,
    ],
    [
      "a box that is upside down",
      annotate(object({ ymax: "1" })),
      /object 0: bndbox: found 3, 2 to 7, 1, expected min <= max/,
    ],
  ])("of %s are a DataError", (_, xml, message) => {
    const read = () => readVocAnnotation(xml, { name: "a.xml" });
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  it("leave entities that a file defines as they are", () => {
    const entities = `<!DOCTYPE annotation [<!ENTITY a "dog"><!ENTITY b "&a;&a;&a;">]>`;
    const xml = annotate(object({ name: "&b;" })).replace("<annotation>", `${entities}<annotation>`);
    expect(readVocAnnotation(xml).objects[0]!.name).toBe("&b;");
  });

  it("reject wrong arguments", () => {
    expect(() => readVocAnnotation(3 as never)).toThrow(ArgumentError);
    expect(() => readVocAnnotation("", { firstPixel: 2 as never })).toThrow(ArgumentError);
  });
});
