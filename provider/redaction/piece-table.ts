// A set of numbers of 48 or 64 bits, in six or eight bytes each and some room: of ten thousand files there are millions. Exact:
// what was not put in is not found. It must not know what the numbers stand for.

export class PieceTable {
  size = 0;
  private highs: Uint16Array | Uint32Array;
  private lows = new Uint32Array(1 << 12);

  /** @param highBits of the first of the two numbers; the second one has 32 */
  constructor(highBits: 16 | 32) {
    this.highs = highBits === 16 ? new Uint16Array(1 << 12) : new Uint32Array(1 << 12);
  }

  /** @param low never 0, which stands for an empty place */
  put(high: number, low: number): void {
    if (this.size * 3 > this.lows.length * 2) this.grow();
    const place = this.placeOf(high, low);
    if (this.lows[place] !== 0) return;
    this.highs[place] = high;
    this.lows[place] = low;
    this.size += 1;
  }

  has(high: number, low: number): boolean {
    return this.lows[this.placeOf(high, low)] !== 0;
  }

  /** Where it is, or the empty place where it belongs. */
  private placeOf(high: number, low: number): number {
    const mask = this.lows.length - 1;
    let place = mix(high, low) & mask;
    while (this.lows[place] !== 0 && (this.lows[place] !== low || this.highs[place] !== high)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private grow(): void {
    const { highs, lows } = this;
    this.highs = highs instanceof Uint16Array ? new Uint16Array(2 * highs.length) : new Uint32Array(2 * highs.length);
    this.lows = new Uint32Array(2 * lows.length);
    this.size = 0;
    lows.forEach((low, place) => {
      if (low !== 0) this.put(highs[place] ?? 0, low);
    });
  }
}

/** Every bit of both reaches the lowest of the result. */
function mix(high: number, low: number): number {
  let bits = Math.imul(low ^ (low >>> 16), 0x7feb352d) ^ Math.imul(high, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return bits ^ (bits >>> 16);
}
