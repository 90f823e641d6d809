import { CopyArguments } from "./copy.kernels.as";

/** Bytes begin to end of a copy from one place of the memory to another. */
export function copy(begin: usize, end: usize, scratch: usize, args: CopyArguments): void {
  memory.copy(args.to + begin, args.from + begin, end - begin);
}
