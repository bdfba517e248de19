import { join } from 'node:path';
import { copy, ensureDir, readdir, remove } from 'fs-extra';
import { runProgram, ToolError } from '@bringup/process';
import { parseResolved } from '@bringup/kconfig';
import type { ExtraArtifacts } from '../build/dtbs.js';
import { planMake, type MakeSetting } from '../make/make.js';
import { archiveDirectory } from '../build/tar.js';
import { runDepmod } from './depmod.js';
import { MODULES_DEBUG_TAR, MODULES_TAR, SYMBOL_VERSIONS } from './names.js';

/** Whether a kernel with this `.config` can load modules. */
export function hasModules(config: string): boolean {
  return isOn(config, 'MODULES');
}

/** The goals and artifacts that a kernel with this `.config` has because of its modules; none without `CONFIG_MODULES`. */
export function planTreeModules(config: string): ExtraArtifacts {
  if (!hasModules(config)) return { goals: [], artifacts: {} };
  return { goals: ['modules'], artifacts: { [SYMBOL_VERSIONS]: SYMBOL_VERSIONS } };
}

interface TreeModulesRequest {
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
  const { make, config, signal } = request;
  if (!hasModules(config)) return {};
  const { staging, release } = await installModules(request);
  const archives = { [MODULES_TAR]: `${make.out}.modules.tar` };
  await archiveDirectory(staging, archives[MODULES_TAR]!, { signal });
  if (!isOn(config, 'DEBUG_INFO') || !buildsModules(config)) return archives;
  const debug = `${make.out}.modules.debug.tar`;
  await archiveDirectory(await stageUnstripped(make, staging, release), debug, { signal });
  return { ...archives, [MODULES_DEBUG_TAR]: debug };
}

/** Whether any part of the kernel is a module. */
function buildsModules(config: string): boolean {
  return parseResolved(config).some(({ value }) => value === 'm');
}

/** @returns a root with lib/modules in it, and the kernel's release */
async function installModules(request: TreeModulesRequest): Promise<{ staging: string; release: string }> {
  const { make, config, signal } = request;
  const staging = join(make.out, '.bringup-modules');
  await remove(staging);
  const base = join(staging, 'lib/modules');
  await ensureDir(base);
  const { argv, env } = planMake(make, [
    `INSTALL_MOD_PATH=${staging}`,
    'INSTALL_MOD_STRIP=1',
    // scripts/depmod.sh would use the host's configuration, and pass over a depmod that is missing.
    'DEPMOD=true',
    ...['GZIP', 'XZ', 'ZSTD', 'ALL'].map((kind) => `CONFIG_MODULE_COMPRESS_${kind}=`),
    'modules_install',
  ]);
  await runProgram(argv, { env, signal });
  const releases = await readdir(base);
  const [release] = releases;
  if (release === undefined || releases.length > 1) {
    const message = `make modules_install made ${releases.length} directories in ${base}, instead of one for its release`;
    throw new ToolError('TOOL_FAILED', message, { base, releases });
  }
  for (const link of ['build', 'source']) await remove(join(base, release, link));
  if (buildsModules(config)) await runDepmod(staging, release, { signal });
  return { staging, release };
}

/** The modules as they lie in the output directory, at the places where they were installed. */
async function stageUnstripped(make: MakeSetting, installed: string, release: string): Promise<string> {
  const staging = join(make.out, '.bringup-modules-debug');
  await remove(staging);
  const place = join('lib/modules', release, 'kernel');
  for (const file of await readdir(join(installed, place), { recursive: true })) {
    if (String(file).endsWith('.ko'))
      await copy(join(make.out, String(file)), join(staging, place, String(file)));
  }
  return staging;
}

function isOn(config: string, symbol: string): boolean {
  return new RegExp(`^CONFIG_${symbol}=y$`, 'm').test(config);
}
