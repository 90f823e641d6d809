import { countOutside } from "../../indexing/wasm/count-outside.as";
import { clear } from "./window.as";
import { MaxUnpoolArguments } from "./max-unpool.kernels.as";

/** Items are planes of `size` positions, with `count` maxima each. */
export function maxUnpool(begin: i32, end: i32, _scratch: usize, args: MaxUnpoolArguments, counter: usize): void {
  const { x, indices, y, count, size } = args;
  let outside: u32 = 0;
  for (let item = begin; item < end; item++) {
    const plane = y + (<usize>item * size << 2), first = <usize>item * count << 2;
    clear(plane, size);
    for (let i: usize = 0; i < <usize>count; i++) {
      const index = load<u32>(indices + first + (i << 2));
      if (index < <u32>size) store<f32>(plane + (<usize>index << 2), load<f32>(x + first + (i << 2)));
      else outside++;
    }
  }
  countOutside(counter, outside);
}
