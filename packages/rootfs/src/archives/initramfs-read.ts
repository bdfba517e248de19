import { closeSync, openSync, readFile } from 'fs-extra';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { startProgram, UserError, withTemporaryDirectory } from '@bringup/process';
import { compressionTool, type Compression } from './compression.js';
import { FileTree } from '../tree/file-tree.js';
import { readNewc } from './newc-read.js';

/**
 * Reads an initramfs, as writeInitramfs writes it, into memory.
 *
 * @throws UserError `BAD_INITRAMFS`, `BAD_CPIO`; ToolError `TOOL_MISSING`
 */
export async function treeFromInitramfs(
  file: string,
  compression: Compression,
  signal?: AbortSignal,
): Promise<FileTree> {
  const archive = await unpacked(file, compression, signal);
  return readNewc(archive).reduce((tree, entry) => tree.add(entry), new FileTree());
}

async function unpacked(file: string, compression: Compression, signal?: AbortSignal): Promise<Buffer> {
  const program = compressionTool(compression);
  if (program === undefined) {
    const bytes = await readFile(file);
    return compression === 'none' ? bytes : await gunzipped(file, bytes);
  }
  return await withTemporaryDirectory('initramfs', async (scratch) => {
    const output = join(scratch, 'archive');
    const descriptors = [openSync(file, 'r'), openSync(output, 'w')] as const;
    const running = await startProgram([program, '-q', '-d', '-c'], {
      stdio: [...descriptors, 'pipe'],
    }).finally(() => descriptors.forEach((descriptor) => closeSync(descriptor)));
    let complaint = '';
    running.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    const stop = () => void running.stop();
    signal?.addEventListener('abort', stop, { once: true });
    const { exitCode } = await running.exited;
    signal?.removeEventListener('abort', stop);
    signal?.throwIfAborted();
    if (exitCode !== 0) throw broken(file, `${program}: ${complaint.trim()}`);
    return await readFile(output);
  });
}

async function gunzipped(file: string, bytes: Buffer): Promise<Buffer> {
  return promisify(gunzip)(bytes).catch((error: Error) => {
    throw broken(file, error.message, error);
  });
}

function broken(file: string, why: string, cause?: unknown): UserError {
  return new UserError('BAD_INITRAMFS', `${file}: ${why}. Make it again`, { file }, cause);
}
