// Reads the file that a program or a command names. It is measured first, and an endless one is left where it gets longer than
// any PKCS#12 file: nothing that stands in the place of a certificate may fill the memory, or hold up a run.

import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { checkFileSize } from "../../pkcs12/index";

/**
 * Synchronous: a file of a few kB is read faster than an asynchronous read returns.
 * @throws Pkcs12Error `limit`, or the system's own error
 */
export function readBoundedFile(path: string): Buffer {
  return withFile(openSync(path, "r"), (file) => bytesIn(file, fstatSync(file).size));
}

/**
 * The same of what a program names. A pipe or a terminal is waited for as long as nobody writes, and is read once only, which a
 * preview and a run after it do several times.
 * @throws Pkcs12Error `limit`, or the system's own error
 */
export function readRegularFile(path: string): Buffer {
  // To open a pipe would wait for its writer. (On Windows there is no such flag, and it counts as nothing.)
  return withFile(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), (file) => {
    const found = fstatSync(file);
    // Of a folder the system says so.
    if (found.isFile() || found.isDirectory()) return bytesIn(file, found.size);
    throw Object.assign(new Error(`${path} is no regular file`), { code: notRegularCode });
  });
}

function withFile(file: number, read: (file: number) => Buffer): Buffer {
  try {
    return read(file);
  } finally {
    closeSync(file);
  }
}

function bytesIn(file: number, size: number): Buffer {
  checkFileSize(size);
  const pieces: Buffer[] = [];
  // With room for one byte more, which finds the end of the file.
  let room = Buffer.alloc(size + 1);
  for (let length = 0; ;) {
    const count = readSync(file, room);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(room.subarray(0, count));
    length += count;
    checkFileSize(length);
    room = count < room.length ? room.subarray(count) : Buffer.alloc(64 * 1024);
  }
}

export const notRegularCode = "ENOTREGULAR";

/** The names of what a folder holds beside folders. @throws the system's own error */
export function listFolder(path: string): readonly string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);
}
