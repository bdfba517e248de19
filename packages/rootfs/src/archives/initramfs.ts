import { closeSync, createWriteStream, openSync, stat } from 'fs-extra';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { quoteCommand, startProgram, ToolError, writeAside } from '@bringup/process';
import { planCompression, type Compression } from './compression.js';
import type { FileTree } from '../tree/file-tree.js';
import { gzipBlocks } from './gzip.js';
import { newcStream } from './newc.js';

interface InitramfsOptions {
  compression: Compression;
  /** The compressor's own scale; its default without one. */
  level?: number;
  signal?: AbortSignal;
}

/**
 * Writes a tree as a compressed newc archive, aside and renamed. The same content gives the same bytes, for one
 * version of the compressor.
 *
 * @throws UserError `BAD_COMPRESSION`, `BAD_COMPRESSION_LEVEL`, those of writeNewc; ToolError `TOOL_MISSING`,
 * `TOOL_FAILED`, `FILE_CHANGED`, `NO_SPACE`; the signal's reason when aborted
 */
export async function writeInitramfs(
  tree: FileTree,
  path: string,
  options: InitramfsOptions,
): Promise<{ bytes: number; uncompressedBytes: number }> {
  const { signal } = options;
  signal?.throwIfAborted();
  const plan = planCompression(options.compression, options.level);
  let uncompressedBytes = 0;
  const archive = newcStream(tree, (count) => (uncompressedBytes += count));
  let bytes = 0;
  await writeAside(path, async (aside) => {
    try {
      if (plan.kind === 'program') await pipeThroughProgram(archive, plan.argv, aside, signal);
      else if (plan.kind === 'none') await pipeline(archive, createWriteStream(aside), { signal });
      else await pipeline(gzipBlocks(archive, plan.level), createWriteStream(aside), { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
    bytes = (await stat(aside)).size;
  });
  return { bytes, uncompressedBytes };
}

async function pipeThroughProgram(
  archive: Readable,
  argv: readonly [string, ...string[]],
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const output = openSync(path, 'w');
  const program = await startProgram(argv, { stdio: ['pipe', output, 'pipe'] }).finally(() =>
    closeSync(output),
  );
  let complaint = '';
  program.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4096)));
  try {
    await pipeline(archive, program.stdin!, { signal });
  } catch (error) {
    // A compressor that gave up closes its input: what it says is the reason, not the broken pipe.
    if ((error as { code?: string }).code !== 'EPIPE') {
      await program.stop();
      throw error;
    }
  }
  const stop = () => void program.stop();
  signal?.addEventListener('abort', stop, { once: true });
  const exit = await program.exited;
  signal?.removeEventListener('abort', stop);
  if (exit.exitCode === 0) return;
  const how = exit.signal ? `was ended by ${exit.signal}` : `failed with exit code ${exit.exitCode}`;
  const message = `${argv[0]} ${how}: ${quoteCommand(argv)}\n${complaint.trimEnd()}`;
  throw new ToolError('TOOL_FAILED', message, { argv, ...exit });
}
