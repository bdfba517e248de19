import { copyFile, stat } from 'node:fs/promises';
import { runProgram } from './run.js';

/** st_blocks counts these (stat(2)). */
const BLOCK = 512;

/**
 * Copies a file so that its holes stay holes, which Node's own copying fills.
 *
 * @throws ToolError `TOOL_FAILED`; the errors of copyFile
 */
export async function copySparse(from: string, to: string): Promise<void> {
  const { size, blocks } = await stat(from);
  if (blocks * BLOCK >= size) await copyFile(from, to);
  else await runProgram(['cp', '--sparse=always', '--reflink=auto', '--', from, to]);
}
