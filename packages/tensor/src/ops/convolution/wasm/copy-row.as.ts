/** Floats before the first one that lies inside of the source, where float 0 of every `jump`-th is at `from`. */
// @ts-ignore: decorator
@inline
function findLow(from: i32, jump: i32, columns: i32): i32 {
  return from < 0 ? min(columns, (jump - 1 - from) / jump) : 0;
}

/** Floats up to the last one that lies inside. */
// @ts-ignore: decorator
@inline
function findHigh(from: i32, width: i32, jump: i32, columns: i32): i32 {
  return min(columns, (max(0, width - from) + jump - 1) / jump);
}

/** Copies floats `low` to `high` of a row, every `jump`-th of the source, and writes zeros around. Up to 28 bytes behind the `columns` floats may be overwritten. */
function copyInside(source: usize, jump: i32, low: i32, high: i32, columns: i32, target: usize): void {
  const begin = target + (<usize>low << 2), end = target + (<usize>max(low, high) << 2), stop = target + (<usize>columns << 2), step = <usize>jump << 2;
  source += <usize>low * step;
  for (; target < begin; target += 4) store<f32>(target, 0);
  if (jump == 1) {
    for (; target < end; target += 32, source += 32) {
      const x = v128.load(source), y = v128.load(source, 16);
      v128.store(target, x);
      v128.store(target, y, 16);
    }
  } else if (jump == 2) {
    for (; target < end; target += 16, source += 32) v128.store(target, v128.shuffle<f32>(v128.load(source), v128.load(source, 16), 0, 2, 4, 6));
  } else for (; target < end; target += 4, source += step) store<f32>(target, load<f32>(source));
  for (target = end; target < stop; target += 4) store<f32>(target, 0);
}

/** The same, starting at `from`, which may lie outside of `width`. */
function copyRow(row: usize, width: i32, from: i32, jump: i32, columns: i32, target: usize): void {
  copyInside(row + (<usize>from << 2), jump, findLow(from, jump, columns), findHigh(from, width, jump, columns), columns, target);
}

export { copyInside, copyRow, findHigh, findLow };
