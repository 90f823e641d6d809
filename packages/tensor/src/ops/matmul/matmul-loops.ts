import type { ReferenceArray } from "../../core/op.ts";
import { broadcastStrides, countElements } from "../../core/spec.ts";
import type { MatmulAttributes } from "./matmul-shape.ts";

/** c[batch, i, j] = sum over l of a[batch, i, l] b[batch, l, j]. */
export function runMatmulLoops(
  a: ReferenceArray,
  b: ReferenceArray,
  c: ReferenceArray,
  { transposeA, transposeB }: MatmulAttributes,
): void {
  const batch = c.shape.slice(0, -2);
  const [m, n] = c.shape.slice(-2) as [number, number];
  const depth = a.shape.at(transposeA ? -2 : -1)!;
  const stridesA = broadcastStrides(a.shape.slice(0, -2), batch);
  const stridesB = broadcastStrides(b.shape.slice(0, -2), batch);
  for (let index = 0; index < countElements(batch); index++) {
    let rest = index;
    let matrixOfA = 0;
    let matrixOfB = 0;
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      const position = rest % batch[axis]!;
      matrixOfA += position * stridesA[axis]!;
      matrixOfB += position * stridesB[axis]!;
      rest = Math.floor(rest / batch[axis]!);
    }
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < depth; l++) {
          const ofA = matrixOfA * m * depth + (transposeA ? l * m + i : i * depth + l);
          const ofB = matrixOfB * n * depth + (transposeB ? j * depth + l : l * n + j);
          sum += a.data[ofA]! * b.data[ofB]!;
        }
        c.data[(index * m + i) * n + j] = sum;
      }
    }
  }
}
