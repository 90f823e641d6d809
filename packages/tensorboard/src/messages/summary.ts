/** The messages of TensorBoard's `summary.proto`, as the fields of a `Summary.Value`; the numbers are those of its fields. */
import type { Histogram } from "../histograms/histogram.ts";
import type { EncodedImage } from "../images/encode-image.ts";
import type { Field } from "./fields.ts";
import {
  writeBytes,
  writeDouble,
  writeDoubles,
  writeFloat,
  writeInteger,
  writeMessage,
  writeText,
} from "./fields.ts";

/** `DataType` of `types.proto`. */
const floatType = 1;
const stringType = 7;

export const listScalarFields = (tag: string, value: number): Field[] => [
  writeText(1, tag),
  writeFloat(2, value),
];

export const listHistogramFields = (tag: string, histogram: Histogram): Field[] => [
  writeText(1, tag),
  writeMessage(5, [
    writeDouble(1, histogram.minimum),
    writeDouble(2, histogram.maximum),
    writeDouble(3, histogram.count),
    writeDouble(4, histogram.sum),
    writeDouble(5, histogram.sumOfSquares),
    writeDoubles(6, histogram.limits),
    writeDoubles(7, histogram.counts),
  ]),
];

export const listImageFields = (tag: string, { height, width, channels, png }: EncodedImage): Field[] => [
  writeText(1, tag),
  writeMessage(4, [
    writeInteger(1, height),
    writeInteger(2, width),
    writeInteger(3, channels),
    writeBytes(4, png),
  ]),
];

export const listTextFields = (tag: string, text: string): Field[] => [
  writeText(1, tag),
  writeMetadata("text"),
  // A vector of one string.
  writeMessage(8, [writeInteger(1, stringType), writeShape(1), writeText(8, text)]),
];

/** What only the metadata tell, with an empty tensor as the value. */
export const listMetadataFields = (tag: string, plugin: string, content: Uint8Array): Field[] => [
  writeText(1, tag),
  writeMetadata(plugin, content),
  writeMessage(8, [writeInteger(1, floatType), writeShape(0)]),
];

/** `SummaryMetadata`, which names the plugin that shows the value. */
const writeMetadata = (plugin: string, content?: Uint8Array): Field =>
  writeMessage(9, [
    writeMessage(1, [writeText(1, plugin), ...(content === undefined ? [] : [writeBytes(2, content)])]),
  ]);

/** `TensorShapeProto` of a vector. */
const writeShape = (size: number): Field => writeMessage(2, [writeMessage(2, [writeInteger(1, size)])]);
