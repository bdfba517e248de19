import { runProgram } from '@bringup/process';
import { planMake, type MakeSetting } from '../make/make.js';

/** The name under which a kernel's commands for gdb are published. */
export const GDB_SCRIPTS = 'gdb-scripts.tar';

/**
 * The kernel's own commands for gdb (`lx-*`) as one archive: vmlinux-gdb.py and what it imports. A part of them is made
 * for this configuration (constants.py), and the rest are links into the source, which another machine need not have.
 *
 * @returns the archive, beside the output directory
 * @throws ToolError `TOOL_FAILED`
 */
export async function archiveGdbScripts(make: MakeSetting, signal?: AbortSignal): Promise<string> {
  const { argv, env } = planMake(make, ['scripts_gdb']);
  await runProgram(argv, { env, signal });
  const archive = `${make.out}.gdb-scripts.tar`;
  // Owners, times and order are fixed: the same tree is the same file (GNU tar manual, "Reproducibility").
  await runProgram(
    [
      'tar',
      '--create',
      `--file=${archive}`,
      `--directory=${make.out}`,
      '--dereference',
      '--sort=name',
      '--format=ustar',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--mode=u=rwX,go=rX',
      '--exclude=.*',
      '--exclude=__pycache__',
      'vmlinux-gdb.py',
      'scripts/gdb',
    ],
    { signal },
  );
  return archive;
}
