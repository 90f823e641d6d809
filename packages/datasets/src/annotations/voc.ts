import { DataError } from "@evenkeel/tensor";
import type { Rule } from "@evenkeel/tensor/checks";
import { checkOptions, checkValue, oneOf, positiveInteger, text } from "@evenkeel/tensor/checks";
import { XMLParser } from "fast-xml-parser";
import { aRecord, readField } from "./read-field.ts";

/** An object in an image, as an annotation describes it. */
export interface VocObject {
  /** The name of its class. */
  readonly name: string;
  /** x0, y0, x1, y1 in pixels from the left and top edges of the image, where x1 and y1 lie outside. */
  readonly box: readonly [x0: number, y0: number, x1: number, y1: number];
  /** Whether it is hard to recognize; the evaluation of VOC leaves such objects out. */
  readonly difficult: boolean;
  /** Whether parts of it lie outside of the image. */
  readonly truncated: boolean;
}

/** The annotation of one image. */
export interface VocAnnotation {
  /** The name of the image's file. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly objects: readonly VocObject[];
}

export interface VocAnnotationOptions {
  /** Begins the messages of errors, such as the name of the file. Default: "annotation". */
  readonly name?: string;
  /**
   * The number of the first pixel: 1 in the files of the VOC challenges, whose boxes include their last pixel, so that 1 is
   * subtracted from xmin and ymin; 0 in those of tools such as labelImg. Default: 1.
   */
  readonly firstPixel?: 0 | 1;
}

/** Accepts the number of the first pixel. */
export const aFirstPixel: Rule = { expected: "0 or 1", accepts: (value) => value === 0 || value === 1 };

/**
 * Reads an annotation in the XML format of the PASCAL VOC challenges. Entities that a file defines are not replaced. Throws
 * DataError for damaged files, with the line or the path of what is wrong. A box may be one pixel, but not upside down.
 *
 * @example readVocAnnotation("<annotation><size><width>8</width><height>4</height></size></annotation>").objects.length // 0
 */
export function readVocAnnotation(xml: string, options: VocAnnotationOptions = {}): VocAnnotation {
  checkValue("readVocAnnotation: xml", xml, text);
  checkOptions<VocAnnotationOptions>("readVocAnnotation", options, { name: text, firstPixel: aFirstPixel });
  const { name = "annotation", firstPixel = 1 } = options;
  const annotation = readField<Element>(`${name}: annotation`, parse(xml, name).annotation, aRecord);
  const size = readField<Element>(`${name}: size`, annotation.size, aRecord);
  const objects = (annotation.object ?? []) as unknown[];
  return {
    file: typeof annotation.filename === "string" ? decodeEntities(annotation.filename) : "",
    width: readSide(`${name}: size: width`, size.width),
    height: readSide(`${name}: size: height`, size.height),
    objects: objects.map((object, index) => readObject(object, `${name}: object ${index}`, firstPixel)),
  };
}

interface Element {
  readonly [tag: string]: unknown;
}

function parse(xml: string, name: string): Element {
  const parser = new XMLParser({
    processEntities: false,
    parseTagValue: false,
    isArray: (tag, path) => tag === "object" && String(path) === "annotation.object",
  });
  try {
    return parser.parse(xml, true) as Element;
  } catch (error) {
    throw new DataError(`${name}: found damaged XML: ${(error as Error).message}`, { cause: error });
  }
}

/** The five entities that every XML file has. */
const entities: { readonly [name: string]: string } = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const decodeEntities = (written: string): string =>
  written.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => entities[name]!);

const nonEmptyText: Rule = {
  expected: "a text",
  accepts: (value) => typeof value === "string" && value !== "",
};

const numberInText: Rule = {
  expected: "a number",
  accepts: (value) => typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value)),
};

const readNumber = (where: string, value: unknown): number =>
  Number(readField<string>(where, value, numberInText));

const pixelsInText: Rule = {
  expected: positiveInteger.expected,
  accepts: (value) => numberInText.accepts(value) && positiveInteger.accepts(Number(value)),
};

const readSide = (where: string, value: unknown): number =>
  Number(readField<string>(where, value, pixelsInText));

const readFlag = (where: string, value: unknown): boolean =>
  value !== undefined && readField<string>(where, value, oneOf("0", "1")) === "1";

function readObject(given: unknown, where: string, firstPixel: 0 | 1): VocObject {
  const object = readField<Element>(where, given, aRecord);
  const bounds = readField<Element>(`${where}: bndbox`, object.bndbox, aRecord);
  const [x0, y0, x1, y1] = ["xmin", "ymin", "xmax", "ymax"].map((side) =>
    readNumber(`${where}: bndbox: ${side}`, bounds[side]),
  ) as [number, number, number, number];
  if (x1 < x0 || y1 < y0) {
    throw new DataError(`${where}: bndbox: found ${x0}, ${y0} to ${x1}, ${y1}, expected min <= max`);
  }
  return {
    name: decodeEntities(readField<string>(`${where}: name`, object.name, nonEmptyText)),
    box: [x0 - firstPixel, y0 - firstPixel, x1, y1],
    difficult: readFlag(`${where}: difficult`, object.difficult),
    truncated: readFlag(`${where}: truncated`, object.truncated),
  };
}

/** The 20 classes of the VOC challenges from 2007 on. */
export const vocClasses: readonly string[] = [
  "aeroplane",
  "bicycle",
  "bird",
  "boat",
  "bottle",
  "bus",
  "car",
  "cat",
  "chair",
  "cow",
  "diningtable",
  "dog",
  "horse",
  "motorbike",
  "person",
  "pottedplant",
  "sheep",
  "sofa",
  "train",
  "tvmonitor",
];
