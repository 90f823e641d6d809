/** A binary heap: `pop` takes the item that comes before all others. */
export class Heap<Item> {
  private readonly items: Item[] = [];
  private readonly comesBefore: (one: Item, other: Item) => boolean;

  constructor(comesBefore: (one: Item, other: Item) => boolean) {
    this.comesBefore = comesBefore;
  }

  push(item: Item): void {
    const { items } = this;
    let place = items.length;
    items.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.comesBefore(item, items[parent]!)) break;
      items[place] = items[parent]!;
      place = parent;
    }
    items[place] = item;
  }

  pop(): Item | undefined {
    const { items } = this;
    const first = items[0];
    const last = items.pop();
    if (items.length > 0) this.sink(last!);
    return first;
  }

  /** Puts an item in the place of the first one, and moves it down to where it belongs. */
  private sink(item: Item): void {
    const { items } = this;
    let place = 0;
    while (true) {
      let child = 2 * place + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.comesBefore(items[child + 1]!, items[child]!)) child++;
      if (!this.comesBefore(items[child]!, item)) break;
      items[place] = items[child]!;
      place = child;
    }
    items[place] = item;
  }
}
