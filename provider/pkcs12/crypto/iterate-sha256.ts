// SHA-256 of a 32-byte message again and again: the inner loop of PKCS#12 MACs with SHA-256.
// In plain JavaScript because a call into node:crypto costs more than one block of SHA-256.

// Follows FIPS 180-4 section 6.2. Not a general SHA-256; the only input is an earlier SHA-256 digest.

// FIPS 180-4 section 4.2.2.
// prettier-ignore
const roundConstants = Int32Array.from([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]);
// The schedule is shared between calls: everything here is synchronous, and every call writes all of it.
const schedule = new Int32Array(64);

/** Replaces the 32 bytes of `digest` by SHA-256 of them, `times` times. */
export function iterateSha256(digest: Buffer, times: number): void {
  const w = schedule;
  const k = roundConstants;
  let h0 = digest.readInt32BE(0);
  let h1 = digest.readInt32BE(4);
  let h2 = digest.readInt32BE(8);
  let h3 = digest.readInt32BE(12);
  let h4 = digest.readInt32BE(16);
  let h5 = digest.readInt32BE(20);
  let h6 = digest.readInt32BE(24);
  let h7 = digest.readInt32BE(28);
  for (let count = 0; count < times; count++) {
    // One padded block: 256 bits of message, a one bit, zeros, the length.
    w[0] = h0;
    w[1] = h1;
    w[2] = h2;
    w[3] = h3;
    w[4] = h4;
    w[5] = h5;
    w[6] = h6;
    w[7] = h7;
    w[8] = 0x80000000 | 0;
    w.fill(0, 9, 15);
    w[15] = 256;
    for (let t = 16; t < 64; t++) {
      const early = w[t - 15] ?? 0;
      const late = w[t - 2] ?? 0;
      const small0 = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
      const small1 = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
      w[t] = (w[t - 16] ?? 0) + small0 + (w[t - 7] ?? 0) + small1;
    }
    let a = 0x6a09e667 | 0;
    let b = 0xbb67ae85 | 0;
    let c = 0x3c6ef372 | 0;
    let d = 0xa54ff53a | 0;
    let e = 0x510e527f | 0;
    let f = 0x9b05688c | 0;
    let g = 0x1f83d9ab | 0;
    let h = 0x5be0cd19 | 0;
    for (let t = 0; t < 64; t++) {
      const big1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + big1 + (g ^ (e & (f ^ g))) + (k[t] ?? 0) + (w[t] ?? 0)) | 0;
      const big0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (big0 + ((a & b) | (c & (a | b)))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    h0 = (a + 0x6a09e667) | 0;
    h1 = (b + 0xbb67ae85) | 0;
    h2 = (c + 0x3c6ef372) | 0;
    h3 = (d + 0xa54ff53a) | 0;
    h4 = (e + 0x510e527f) | 0;
    h5 = (f + 0x9b05688c) | 0;
    h6 = (g + 0x1f83d9ab) | 0;
    h7 = (h + 0x5be0cd19) | 0;
  }
  for (const [index, word] of [h0, h1, h2, h3, h4, h5, h6, h7].entries()) digest.writeInt32BE(word, 4 * index);
}
