import { open } from 'node:fs/promises';
import { runProgram, ToolError } from '@bringup/process';
import type { Volume } from './entry.js';
import { damaged } from './errors.js';
import { extDevice } from './ext.js';

/** fs/ext4/ext4.h: the superblock's place, its s_feature_incompat, and the bit that says that the journal counts. */
const SUPERBLOCK = 1024;
const FEATURE_INCOMPAT = 0x60;
const RECOVER = 0x4;

/** True for an ext3 or ext4 that nobody unmounted: the latest state of some of its blocks is in its journal only. */
export async function needsRecovery({ path, offset }: Volume): Promise<boolean> {
  const handle = await open(path, 'r');
  const field = Buffer.alloc(4);
  try {
    await handle.read(field, 0, field.length, offset + SUPERBLOCK + FEATURE_INCOMPAT);
  } finally {
    await handle.close();
  }
  return (field.readUInt32LE(0) & RECOVER) !== 0;
}

/** Replays the journal, as mounting does. Writes to the volume. */
export async function replayJournal(volume: Volume): Promise<void> {
  const argv = ['e2fsck', '-y', '-E', 'journal_only', extDevice(volume)] as const;
  // e2fsck(8): bit 0 says that something was corrected, which is what was asked for.
  const options = { cwd: volume.directory, signal: volume.signal, okExitCodes: [0, 1] };
  await runProgram(argv, options).catch((error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'TOOL_FAILED') throw error;
    throw damaged(volume, 'its journal cannot be replayed', error);
  });
}
