import { closeSync, fstatSync, openSync, readSync } from 'fs-extra';
import { ToolError, UserError } from '@bringup/process';
import type { FileContent } from './entry.js';

/** Files up to this size are read in one piece. */
const WHOLE = 1 << 20;

/** An open file content: its size now, and its bytes at any offset. Close it. */
export interface OpenContent {
  readonly size: number;
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/**
 * Opens a content for reading. Synchronous on purpose: for thousands of small files the thread pool's round trips
 * cost several times what the system calls do.
 *
 * @param path the entry's path, for messages
 * @throws UserError `HOST_FILE_MISSING`, `HOST_FILE_KIND`
 */
export function openContent(path: string, content: FileContent): OpenContent {
  if ('data' in content) {
    const data = Buffer.from(content.data.buffer, content.data.byteOffset, content.data.byteLength);
    const read = (offset: number, length: number) => data.subarray(offset, offset + length);
    return { size: data.length, read, close: () => undefined };
  }
  const { hostFile } = content;
  const descriptor = openHostFile(path, hostFile);
  const close = () => closeSync(descriptor);
  const status = fstatSync(descriptor);
  if (!status.isFile()) {
    close();
    throw new UserError('HOST_FILE_KIND', `${hostFile}, wanted as ${path}, is not a regular file`, {
      hostFile,
    });
  }
  return { size: status.size, read: (offset, length) => readAt(descriptor, offset, length), close };
}

function openHostFile(path: string, hostFile: string): number {
  try {
    return openSync(hostFile, 'r');
  } catch (error) {
    const message = `${hostFile}, wanted as ${path} in the tree, cannot be read: ${(error as Error).message}`;
    throw new UserError('HOST_FILE_MISSING', message, { path, hostFile }, error);
  }
}

function readAt(descriptor: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
    // A regular file gives all it has: a short read is its end, and need not be asked for twice.
    if (filled < length && count < length) break;
  }
  return buffer.subarray(0, filled);
}

/**
 * The bytes of an open content in pieces, exactly `size` of them.
 *
 * @throws ToolError `FILE_CHANGED` when the file has become shorter or longer
 */
export function* readPieces(path: string, content: OpenContent): Generator<Buffer> {
  for (let offset = 0; offset <= content.size; offset += WHOLE) {
    const wanted = Math.min(WHOLE, content.size - offset);
    const last = offset + wanted === content.size;
    // One byte more than there should be, to see that the file has not grown, without another system call.
    const piece = content.read(offset, last ? wanted + 1 : wanted);
    if (piece.length !== wanted) {
      const message = `${path} changed its size while it was read: leave it alone during the build, or run again`;
      throw new ToolError('FILE_CHANGED', message, { path, size: content.size });
    }
    if (wanted > 0) yield piece;
    if (last) return;
  }
}
