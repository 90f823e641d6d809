import type { Expression } from "@evenkeel/tensor";
import { FunctionWriter, valueTypes } from "./function-writer.ts";
import { lower } from "./lower.ts";
import { control, i32 } from "./opcodes.ts";
import type { ExpressionLayout, Parameters } from "./parameters.ts";
import { emitParameters, runTypes } from "./parameters.ts";
import { makeRowWalk } from "./rows.ts";
import { countElementBytes } from "./storage.ts";
import { lanes, unrolled, VectorBody } from "./vector-body.ts";
import { encodeModule } from "./wasm-module.ts";

/**
 * Assembles an expression to a module that exports `run(begin, end, scratch, args)`. The arguments are words: reads, writes,
 * geometry, scalars.
 * With rank 1 the items `begin` to `end` are elements and there is no geometry. Otherwise they are rows of the innermost
 * dimension, and geometry is the shape, then the strides of each read in elements, `rank` numbers each. Outputs are
 * contiguous. The bits of an element do not depend on how the items are cut.
 *
 * @throws DTypeError for f16
 * @example new WebAssembly.Module(assembleExpression(expression, { rank: 1, innermost: [1, 0] }))
 */
export function assembleExpression(
  expression: Expression,
  layout: ExpressionLayout,
): Uint8Array<ArrayBuffer> {
  const lowered = lower(expression);
  const f = new FunctionWriter(runTypes);
  const parameters = emitParameters(f, lowered, layout);
  if (layout.rank === 1) emitElements(f, lowered, layout, parameters);
  else emitRows(f, lowered, layout, parameters);
  return encodeModule("run", f);
}

/** Items are elements: one row from `begin` to `end`. */
function emitElements(
  f: FunctionWriter,
  expression: Expression,
  layout: ExpressionLayout,
  parameters: Parameters,
): void {
  const { begin, end, reads, writes } = parameters;
  const index = f.addLocal(valueTypes.i32);
  const remaining = f.addLocal(valueTypes.i32);
  const body = new VectorBody(f, expression, layout, parameters, { reads, writes, index });
  f.get(end).get(begin).op(i32.sub).tee(remaining);
  f.if(() => {
    reads.forEach((pointer, read) => {
      if (layout.innermost[read] === 1) {
        emitOffset(f, pointer, begin, countElementBytes(expression.inputs[read]!));
      }
    });
    writes.forEach((pointer, write) => {
      emitOffset(f, pointer, begin, countElementBytes(expression.outputs[write]!.dtype));
    });
    f.get(begin).set(index);
    body.emitCallStage();
    body.emitRowStage();
    emitRow(f, body, remaining);
  });
}

/** Items are rows of the innermost dimension. */
function emitRows(
  f: FunctionWriter,
  expression: Expression,
  layout: ExpressionLayout,
  parameters: Parameters,
): void {
  const { begin, end, reads, writes, dimensions } = parameters;
  const bytes = expression.inputs.map(countElementBytes);
  const walk = makeRowWalk(f, parameters, bytes);
  const index = f.addLocal(valueTypes.i32);
  const remaining = f.addLocal(valueTypes.i32);
  const length = dimensions.at(-1)!;
  const cursors = reads.map((pointer, read) =>
    layout.innermost[read] === 1 ? f.addLocal(valueTypes.i32) : pointer,
  );
  const body = new VectorBody(f, expression, layout, parameters, { reads: cursors, writes, index });
  f.get(begin).get(end).op(i32.ltU);
  f.if(() => {
    f.get(begin).get(length).op(i32.mul).set(index);
    writes.forEach((pointer, write) => {
      emitOffset(f, pointer, index, countElementBytes(expression.outputs[write]!.dtype));
    });
    walk.emitStart();
    body.emitCallStage();
    f.loop(() => {
      cursors.forEach((cursor, read) => {
        if (cursor !== reads[read]) f.get(reads[read]!).set(cursor);
      });
      f.get(length).set(remaining);
      body.emitRowStage();
      emitRow(f, body, remaining);
      walk.emitNext();
      f.advance(begin, 1).get(begin).get(end).op(i32.ltU).op(control.branchIf, 0);
    });
  });
}

/** `pointer += elements * bytes` */
function emitOffset(f: FunctionWriter, pointer: number, elements: number, bytes: number): void {
  f.get(pointer).get(elements).i32(bytes).op(i32.mul).op(i32.add).set(pointer);
}

/** Unrolled vectors, then single ones and the rest; `remaining` counts the elements still to do, at least 1. */
function emitRow(f: FunctionWriter, body: VectorBody, remaining: number): void {
  const step = unrolled * lanes;
  f.get(remaining).i32(step).op(i32.geU);
  f.if(() => {
    f.loop(() => {
      body.emitUnrolled();
      f.get(remaining).i32(step).op(i32.sub).tee(remaining);
      f.i32(step).op(i32.geU).op(control.branchIf, 0);
    });
  });
  f.get(remaining).if(() => {
    f.loop(() => {
      body.emitVectorOrRest(remaining);
      f.get(remaining).op(control.branchIf, 0);
    });
  });
}
