// Generated from matmul.kernels.ts.

@unmanaged
export class PackOperandsArguments {
  a: usize;
  b: usize;
  packed: usize;
  m: i32;
  n: i32;
  k: i32;
  aRow: usize;
  aDepth: usize;
  bDepth: usize;
  bColumn: usize;
}

@unmanaged
export class MatmulArguments {
  a: usize;
  b: usize;
  addend: usize;
  packed: usize;
  c: usize;
  startA: usize;
  startB: usize;
  startAddend: usize;
  startC: usize;
  m: i32;
  n: i32;
  k: i32;
  tileRows: i32;
  tileColumns: i32;
  depthBlock: i32;
  aRow: usize;
  aDepth: usize;
  bDepth: usize;
  bColumn: usize;
  addendRow: usize;
  addendColumn: usize;
  inner: i32;
  aOuter: usize;
  aInner: usize;
  bOuter: usize;
  bInner: usize;
  addendOuter: usize;
  addendInner: usize;
  slope: f32;
}
