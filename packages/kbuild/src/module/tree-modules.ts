import { join } from 'node:path';
import { ensureDir, readdir, remove } from 'fs-extra';
import { runProgram, ToolError } from '@bringup/process';
import { parseResolved } from '@bringup/kconfig';
import type { ExtraArtifacts } from '../dtbs.js';
import { planMake, type MakeSetting } from '../make.js';
import { archiveDirectory } from '../tar.js';
import { runDepmod } from './depmod.js';

/** What a kernel with `CONFIG_MODULES=y` publishes beside its image. */
export const SYMBOL_VERSIONS = 'Module.symvers';
/** `lib/modules/RELEASE` of the kernel's own modules, without debug information, as `make modules_install` leaves it. */
export const MODULES_TAR = 'modules.tar';
/** The same modules with debug information, where the kernel has any. */
export const MODULES_DEBUG_TAR = 'modules.debug.tar';

/** Whether a kernel with this `.config` can load modules. */
export function hasModules(config: string): boolean {
  return isOn(config, 'MODULES');
}

/** The goals and artifacts that a kernel with this `.config` has because of its modules; none without `CONFIG_MODULES`. */
export function planTreeModules(config: string): ExtraArtifacts {
  if (!hasModules(config)) return { goals: [], artifacts: {} };
  return { goals: ['modules'], artifacts: { [SYMBOL_VERSIONS]: SYMBOL_VERSIONS } };
}

export interface TreeModulesRequest {
  readonly make: MakeSetting;
  /** The final `.config`. */
  readonly config: string;
  readonly signal?: AbortSignal;
}

/**
 * `make modules_install` with the data of depmod, packed: what {@link MODULES_TAR} and {@link MODULES_DEBUG_TAR} are.
 * The links to source and output directory are left out, and modules are not compressed: what they go into is.
 *
 * @returns artifact name → file; nothing for a kernel without `CONFIG_MODULES`
 * @throws ToolError `TOOL_FAILED`, `TOOL_MISSING`
 */
export async function archiveTreeModules(request: TreeModulesRequest): Promise<Record<string, string>> {
  const { config } = request;
  if (!hasModules(config)) return {};
  const modules = await archive(request, 'modules', ['INSTALL_MOD_STRIP=1']);
  if (!isOn(config, 'DEBUG_INFO') || !buildsModules(config)) return { [MODULES_TAR]: modules };
  return { [MODULES_TAR]: modules, [MODULES_DEBUG_TAR]: await archive(request, 'modules-debug', []) };
}

/** Whether any part of the kernel is a module. */
function buildsModules(config: string): boolean {
  return parseResolved(config).some(({ value }) => value === 'm');
}

async function archive(
  { make, config, signal }: TreeModulesRequest,
  name: string,
  variables: readonly string[],
): Promise<string> {
  const staging = join(make.out, `.bringup-${name}`);
  await remove(staging);
  const base = join(staging, 'lib/modules');
  await ensureDir(base);
  const { argv, env } = planMake(make, [
    `INSTALL_MOD_PATH=${staging}`,
    // scripts/depmod.sh would use the host's configuration, and pass over a depmod that is missing.
    'DEPMOD=true',
    ...['GZIP', 'XZ', 'ZSTD', 'ALL'].map((kind) => `CONFIG_MODULE_COMPRESS_${kind}=`),
    ...variables,
    'modules_install',
  ]);
  await runProgram(argv, { env, signal });
  const [release, ...others] = await readdir(base);
  if (release === undefined || others.length > 0) {
    throw new ToolError(
      'TOOL_FAILED',
      `make modules_install left ${others.length + 1} directories in ${base}`,
    );
  }
  for (const link of ['build', 'source']) await remove(join(base, release, link));
  if (buildsModules(config)) await runDepmod(staging, release, { signal });
  const file = `${make.out}.${name}.tar`;
  await archiveDirectory(staging, file, { signal });
  return file;
}

function isOn(config: string, symbol: string): boolean {
  return new RegExp(`^CONFIG_${symbol}=y$`, 'm').test(config);
}
