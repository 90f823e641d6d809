/** A GPU buffer of some size class; the pool lends it to one device buffer after another. */
export class Block {
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** Tells blocks apart in the keys of caches. */
  readonly id: number;
  /** The latest submission that uses it. */
  lastUse: number = 0;
  /** Whether the GPU turned out to have no room for it. */
  isInvalid: boolean = false;

  constructor(gpu: GPUBuffer, bytes: number, id: number) {
    this.gpu = gpu;
    this.bytes = bytes;
    this.id = id;
  }
}
