import { DataError, findDTypeOfArray, isFloat } from "@evenkeel/tensor";
import { checkOptions, describeValue, getBuiltinName, listOf, text } from "@evenkeel/tensor/checks";
import type { ImageSet } from "../images/image-set.ts";
import { checkImageSet } from "../images/image-set.ts";
import { checkBytes } from "./check-bytes.ts";
import { gunzip, gunzipStart, isGzip } from "./gunzip.ts";

/** The largest idx file that is read: 1 GiB is 20 times the largest published one. */
const maxIdxBytes = 2 ** 30;

export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IdxArray {
  readonly shape: readonly number[];
  /** The elements in row-major order, in the type of the file. */
  readonly data: IdxData;
}

interface ElementType {
  readonly bytes: number;
  read(bytes: Uint8Array): IdxData;
}

function readElements<Data extends IdxData>(
  ArrayType: new (length: number) => Data,
  bytes: number,
  element: (view: DataView, offset: number) => number,
): ElementType {
  return {
    bytes,
    read: (contents) => {
      const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
      const data = new ArrayType(contents.length / bytes);
      for (let index = 0; index < data.length; index++) data[index] = element(view, index * bytes);
      return data;
    },
  };
}

/** The element types by their number in the header; multi-byte numbers are big-endian. */
const elementTypes: { readonly [code: number]: ElementType } = {
  8: { bytes: 1, read: (contents) => contents },
  9: /* @__PURE__ */ readElements(Int8Array, 1, (view, offset) => view.getInt8(offset)),
  11: /* @__PURE__ */ readElements(Int16Array, 2, (view, offset) => view.getInt16(offset)),
  12: /* @__PURE__ */ readElements(Int32Array, 4, (view, offset) => view.getInt32(offset)),
  13: /* @__PURE__ */ readElements(Float32Array, 4, (view, offset) => view.getFloat32(offset)),
  14: /* @__PURE__ */ readElements(Float64Array, 8, (view, offset) => view.getFloat64(offset)),
};

/**
 * Reads an array in the idx format of the MNIST files, gzipped or plain: big-endian header `00 00 type rank`, one u32 per
 * dimension, then the data. Elements are u8 (type 08), i8 (09), i16 (0b), i32 (0c), f32 (0d) or f64 (0e).
 *
 * Throws DataError if the header or the length is wrong or the gzip data are damaged. No more is decompressed than the header
 * announces, and at most 1 GiB.
 *
 * @example const { shape, data } = await readIdx(bytes); // [60000, 28, 28]
 */
export async function readIdx(bytes: Uint8Array, name = "idx data"): Promise<IdxArray> {
  checkBytes(name, bytes);
  const isPacked = isGzip(bytes);
  const header = readHeader(isPacked ? await gunzipStart(bytes, longestHeader, name) : bytes, name);
  const expected = header.bytes + header.dataBytes;
  if (expected > maxIdxBytes) {
    throw new DataError(
      `${name}: found the shape ${describeValue(header.shape)} of ${header.dataBytes} bytes, expected at most ${maxIdxBytes}`,
    );
  }
  const contents = isPacked ? await gunzip(bytes, { maxBytes: expected, name }) : bytes;
  if (contents.length !== expected) {
    throw new DataError(
      `${name}: found ${contents.length - header.bytes} bytes of data, expected ${header.dataBytes} for the shape ${describeValue(header.shape)}`,
    );
  }
  return { shape: header.shape, data: header.type.read(contents.subarray(header.bytes)) };
}

interface IdxHeader {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** The lengths of the header and of the data that follow it. */
  readonly bytes: number;
  readonly dataBytes: number;
}

/** The rank is one byte. */
const longestHeader = 4 + 4 * 255;

function readHeader(contents: Uint8Array, name: string): IdxHeader {
  if (contents.length < 4)
    throw new DataError(`${name}: found ${contents.length} bytes, expected an idx header`);
  const [zero, zeroToo, code, rank] = contents as unknown as [number, number, number, number];
  const type = elementTypes[code];
  if (zero !== 0 || zeroToo !== 0 || type === undefined || rank < 1) {
    const found = [...contents.subarray(0, 4)].map(formatHex).join(" ");
    const types = Object.keys(elementTypes).map((known) => formatHex(Number(known)));
    throw new DataError(
      `${name}: found the idx header ${found}, expected 00 00, a type (${types.join(", ")}) and a rank of at least 1`,
    );
  }
  const bytes = 4 + 4 * rank;
  if (contents.length < bytes) {
    throw new DataError(`${name}: found ${contents.length} bytes, expected a header of ${bytes}`);
  }
  const view = new DataView(contents.buffer, contents.byteOffset, contents.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const most = shape.reduce((size, dimension) => size * (dimension || 1), type.bytes);
  // An empty array is rejected too if the product of its other dimensions is not a safe integer.
  const dataBytes = shape.includes(0) && Number.isSafeInteger(most) ? 0 : most;
  return { type, shape, bytes, dataBytes };
}

const formatHex = (byte: number): string => byte.toString(16).padStart(2, "0");

export interface IdxImagesDescription {
  readonly name: string;
  /** Names of the classes, in the order of their labels. */
  readonly classes: readonly string[];
}

/**
 * Reads grey images of unsigned bytes, [n, height, width], and their integer labels, [n], from a pair of idx files. Throws
 * DataError if the two do not match or a label has no class.
 *
 * @example const digits = await readIdxImages({ images, labels }, { name: "digits", classes: [..."0123456789"] });
 */
export async function readIdxImages(
  files: { readonly images: Uint8Array; readonly labels: Uint8Array },
  description: IdxImagesDescription,
): Promise<ImageSet> {
  checkOptions<IdxImagesDescription>("readIdxImages", description, { name: text, classes: listOf(text) }, [
    "name",
    "classes",
  ]);
  const { name, classes } = description;
  const images = await readIdx(files.images, `${name} images`);
  const labels = await readIdx(files.labels, `${name} labels`);
  const [count, height, width] = images.shape;
  if (
    images.shape.length !== 3 ||
    !(height! > 0 && width! > 0) ||
    labels.shape.length !== 1 ||
    labels.shape[0] !== count
  ) {
    throw new DataError(
      `${name}: found images ${describeValue(images.shape)} and labels ${describeValue(labels.shape)}, expected [n, height, width] and [n]`,
    );
  }
  if (getBuiltinName(images.data) !== "Uint8Array" || isFloat(findDTypeOfArray(labels.data, "i32"))) {
    throw new DataError(
      `${name}: found pixels in a ${getBuiltinName(images.data)} and labels in a ${getBuiltinName(labels.data)}, expected unsigned bytes and integers`,
    );
  }
  return checkImageSet({
    name,
    images: images.data as Uint8Array,
    labels: asLabels(labels.data) as Int32Array,
    imageShape: [1, height!, width!],
    classes,
  });
}

/** Converts integers of any width to one of the two array types of labels. */
const asLabels = (data: IdxData): IdxData =>
  data instanceof Int8Array || data instanceof Int16Array ? Int32Array.from(data) : data;
