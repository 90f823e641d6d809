import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A field of a protobuf message, with its number and its value. */
export type Field = (writer: BinaryWriter) => void;

export const writeText =
  (field: number, value: string): Field =>
  (writer) => {
    writer.tag(field, WireType.LengthDelimited).string(value);
  };

export const writeBytes =
  (field: number, value: Uint8Array): Field =>
  (writer) => {
    writer.tag(field, WireType.LengthDelimited).bytes(value);
  };

/** Writes an int32, an int64 or an enum, which have one form. */
export const writeInteger =
  (field: number, value: number): Field =>
  (writer) => {
    writer.tag(field, WireType.Varint).int64(value);
  };

export const writeBoolean =
  (field: number, value: boolean): Field =>
  (writer) => {
    writer.tag(field, WireType.Varint).bool(value);
  };

/** Numbers beyond the range of f32 become infinite. */
export const writeFloat =
  (field: number, value: number): Field =>
  (writer) => {
    writer.tag(field, WireType.Bit32).float(Math.fround(value));
  };

export const writeDouble =
  (field: number, value: number): Field =>
  (writer) => {
    writer.tag(field, WireType.Bit64).double(value);
  };

export const writeDoubles =
  (field: number, values: readonly number[]): Field =>
  (writer) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    for (const value of values) writer.double(value);
    writer.join();
  };

export const writeMessage =
  (field: number, fields: readonly Field[]): Field =>
  (writer) => {
    writer.tag(field, WireType.LengthDelimited).fork();
    for (const write of fields) write(writer);
    writer.join();
  };

export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const write of fields) write(writer);
  return writer.finish();
}
