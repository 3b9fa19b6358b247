// What a `Retry-After` header says, in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3); anything else says
// nothing. Pure. What is done about it is the throttle's.

/** Undefined when the header is absent or cannot be read; never below 0. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse reads far too much as a date ("1 banana" is one); an HTTP date names its month.
  const at = /\b[A-Z][a-z]{2}\b.*\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
