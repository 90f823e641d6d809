/** The codes of the reductions, for kernels that take them as a parameter. */
export const replaceCode = 0;
export const sumCode = 1;
export const productCode = 2;
export const maxCode = 3;
export const minCode = 4;
