import { runProgram } from '@bringup/process';

/**
 * Packs a directory into one archive. Owners, times and order are fixed: the same tree is the same file (GNU tar
 * manual, "Reproducibility").
 *
 * @throws ToolError `TOOL_FAILED`
 */
export async function archiveDirectory(
  directory: string,
  archive: string,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  await runProgram(
    [
      'tar',
      '--create',
      `--file=${archive}`,
      `--directory=${directory}`,
      '--sort=name',
      '--format=ustar',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      '.',
    ],
    options,
  );
}
