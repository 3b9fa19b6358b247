// RC4, which node:crypto no longer offers; some old exports still use it. For reading only.

// Follows the description in RFC 6229 (test vectors) and RFC 7292 appendix C.

/** Decrypts (or encrypts, which is the same) with a key of 5 to 16 bytes. */
export function rc4(key: Buffer, input: Buffer): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 0xff] ?? 0;
  const swap = (left: number, right: number): void => {
    const kept = at(left);
    state[left] = at(right);
    state[right] = kept;
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let i = 0;
  let j = 0;
  return Buffer.from(
    input.map((octet) => {
      i = (i + 1) & 0xff;
      j = (j + at(i)) & 0xff;
      swap(i, j);
      return octet ^ at(at(i) + at(j));
    }),
  );
}
