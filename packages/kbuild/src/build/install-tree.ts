import { join } from 'node:path';
import { ensureDir, remove } from 'fs-extra';
import { runProgram } from '@bringup/process';
import { planMake, type MakeSetting } from '../make/make.js';
import { addLibraries } from './libraries.js';
import { archiveDirectory } from './tar.js';

interface InstallRequest {
  readonly make: MakeSetting;
  /** False: the program is dynamic, and its libraries and loader go along. */
  readonly static: boolean;
  readonly signal?: AbortSignal;
}

/**
 * BusyBox's `make install` (`bin sbin usr linuxrc`) into a staging directory of its own, then one archive:
 * trees travel between targets as single files.
 *
 * @returns the archive, in the output directory
 * @throws ToolError `TOOL_FAILED`, `LIBRARY_MISSING`
 */
export async function archiveInstallTree({ make, signal, ...request }: InstallRequest): Promise<string> {
  const staging = join(make.out, '.bringup-install');
  await remove(staging);
  await ensureDir(staging);
  const { argv, env } = planMake(make, ['install', `CONFIG_PREFIX=${staging}`]);
  await runProgram(argv, { env, signal });
  if (!request.static) await addLibraries(join(staging, 'bin/busybox'), staging, make.crossCompile);
  const archive = `${make.out}.install.tar`;
  await archiveDirectory(staging, archive, { signal });
  return archive;
}
