import type { FunctionWriter } from "./function-writer.ts";
import { valueTypes } from "./function-writer.ts";
import { control, i32 } from "./opcodes.ts";
import type { Parameters } from "./parameters.ts";

/** Pointers to the current row of each operand, and its position in every dimension but the innermost. */
export interface RowWalk {
  /** Moves the pointers of reads to row `begin`. */
  emitStart(): void;
  /** Moves the pointers of reads to the next row by carrying, without a division. */
  emitNext(): void;
}

/** @param bytes of one element of each read */
export function makeRowWalk(f: FunctionWriter, parameters: Parameters, bytes: readonly number[]): RowWalk {
  const { reads, dimensions, strides, begin } = parameters;
  const outer = dimensions.length - 1;
  const positions = dimensions.slice(0, outer).map(() => f.addLocal(valueTypes.i32));
  const rest = f.addLocal(valueTypes.i32);

  function emitStart(): void {
    strides.forEach((own, read) => {
      for (const stride of own.slice(0, outer)) {
        f.get(stride).i32(Math.log2(bytes[read]!)).op(i32.shl).set(stride);
      }
    });
    f.get(begin).set(rest);
    for (let axis = outer - 1; axis >= 0; axis--) {
      const position = positions[axis]!;
      if (axis === 0) f.get(rest).set(position);
      else {
        f.get(rest).get(dimensions[axis]!).op(i32.remU).set(position);
        f.get(rest).get(dimensions[axis]!).op(i32.divU).set(rest);
      }
      reads.forEach((pointer, read) => {
        f.get(pointer).get(position).get(strides[read]![axis]!).op(i32.mul).op(i32.add).set(pointer);
      });
    }
  }

  function emitNext(): void {
    f.block(() => {
      for (let axis = outer - 1; axis >= 0; axis--) {
        reads.forEach((pointer, read) => {
          f.get(pointer).get(strides[read]![axis]!).op(i32.add).set(pointer);
        });
        if (axis === 0) return;
        const position = positions[axis]!;
        const dimension = dimensions[axis]!;
        f.get(position).i32(1).op(i32.add).tee(position);
        f.get(dimension).op(i32.ltU).op(control.branchIf, 0);
        reads.forEach((pointer, read) => {
          f.get(pointer).get(strides[read]![axis]!).get(dimension).op(i32.mul).op(i32.sub).set(pointer);
        });
        f.i32(0).set(position);
      }
    });
  }

  return { emitStart, emitNext };
}
