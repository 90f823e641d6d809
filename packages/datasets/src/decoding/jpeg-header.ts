import { DataError } from "@evenkeel/tensor";

/** What a JPEG file says about its image before the compressed data. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** The orientation of EXIF: 1 to 8, where 1 is upright. */
  readonly orientation: number;
}

const startOfScan = 0xda;
const applicationData = 0xe1;

/** The segments that begin a frame, SOF0 to SOF15, without tables that have numbers between them. */
const beginsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Reads segments up to the size of the image. Throws DataError if the file ends before it. */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation = 1;
  for (let place = 2; place + 9 < bytes.length; ) {
    const marker = bytes[place + 1]!;
    if (bytes[place] !== 0xff || marker === startOfScan) break;
    // Any number of bytes ff may stand before a marker.
    if (marker === 0xff) {
      place++;
      continue;
    }
    const length = view.getUint16(place + 2);
    if (beginsFrame(marker)) {
      return { width: view.getUint16(place + 7), height: view.getUint16(place + 5), orientation };
    }
    if (marker === applicationData) {
      orientation = readOrientation(bytes.subarray(place + 4, place + 2 + length)) ?? orientation;
    }
    place += 2 + length;
  }
  throw new DataError(`${name}: found no size of the image, expected a JPEG file`);
}

const orientationTag = 0x0112;

/** The orientation in a segment of EXIF data, a TIFF directory; undefined if it is damaged or has none. */
function readOrientation(segment: Uint8Array): number | undefined {
  const tiff = segment.subarray(6);
  if (String.fromCharCode(...segment.subarray(0, 4)) !== "Exif" || tiff.length < 10) return undefined;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return undefined;
  const count = view.getUint16(directory, isLittle);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + 12 * index;
    if (entry + 12 > tiff.length) return undefined;
    if (view.getUint16(entry, isLittle) !== orientationTag) continue;
    const orientation = view.getUint16(entry + 8, isLittle);
    return orientation >= 1 && orientation <= 8 ? orientation : undefined;
  }
  return undefined;
}
