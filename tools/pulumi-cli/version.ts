// The versions that the search for a Pulumi CLI decides by.
// Pure: text in, numbers and verdicts out; it runs nothing and reads no file.
// Follows docs/design.md, section 10.

/**
 * The oldest CLI that is good enough. The engine and its Node SDK are released together under one number,
 * and 3.216.0 is the oldest SDK that the package accepts: the first in which a provider's `read` may return inputs.
 */
export const oldestUsableCli = "3.216.0";

type Version = readonly [major: number, minor: number, patch: number];

/** The first `1.2.3` or `1.2` in a text such as `v3.250.0` or `go1.26.1`; undefined when there is none. */
export function versionIn(text: string): string | undefined {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0];
}

function parts(version: string): Version {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return [major, minor, patch];
}

/** Negative when `a` is older than `b`, positive when it is newer, 0 when they are the same; `1.2` means `1.2.0`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** True for `version` or later within the same major version; another major version may break everything. */
export function isAtLeast(version: string, oldest: string): boolean {
  return parts(version)[0] === parts(oldest)[0] && compareVersions(version, oldest) >= 0;
}
