import { cases as batchnorm } from "@evenkeel/batchnorm/cases";
import type { OpCases } from "@evenkeel/tensor";
import { cases as tensor } from "@evenkeel/tensor/cases";

/** The cases of every package that has ops. This is the only list of packages. */
export const allCases: readonly OpCases[] = [...tensor, ...batchnorm];
