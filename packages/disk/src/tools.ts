import { probeVersion } from '@bringup/process';

/** The programs whose version can be seen in a partitioned FAT image. */
export const FAT_DISK_TOOLS = ['mkfs.fat', 'mcopy', 'sfdisk'] as const;

/**
 * The line by which a disk tool names its version. mkfs.fat has no option for that, but says it before it complains that
 * it was given nothing to do.
 *
 * @throws ToolError `TOOL_MISSING`, `TOOL_FAILED`
 */
export function diskToolVersion(program: string): Promise<string> {
  return program === 'mkfs.fat'
    ? probeVersion(program, { args: [], okExitCodes: [0, 1] })
    : probeVersion(program);
}
