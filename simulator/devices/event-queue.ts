// What will happen and when: a binary heap, ordered by time, then by the order of entry.
// It knows nothing of devices. A hundred thousand of them cost no timer, only a place in here.

interface Entry<T> {
  readonly at: number;
  readonly turn: number;
  readonly event: T;
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}

export class EventQueue<T> {
  private readonly heap: Entry<T>[] = [];
  private turns = 0;

  push(at: number, event: T): void {
    const entry = { at, turn: this.turns++, event };
    let place = this.heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      this.heap[place] = parent;
      place = above;
    }
    this.heap[place] = entry;
  }

  /** Takes out the earliest event that is due at `now` or before; undefined when there is none. */
  popDue(now: number): { readonly at: number; readonly event: T } | undefined {
    const first = this.heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = this.heap.pop();
    if (last !== undefined && this.heap.length > 0) this.sink(last);
    return first;
  }

  private sink(entry: Entry<T>): void {
    let place = 0;
    for (;;) {
      const left = this.heap[2 * place + 1];
      const right = this.heap[2 * place + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) break;
      this.heap[place] = child;
      place = 2 * place + (child === left ? 1 : 2);
    }
    this.heap[place] = entry;
  }
}
