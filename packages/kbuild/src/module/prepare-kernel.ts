import { createHash } from 'node:crypto';
import { readFile, remove } from 'fs-extra';
import { sha256File, UserError, writeFileAside } from '@bringup/process';
import { build, type BuildRequest } from '../build/build.js';
import { KCONFIG_PROGRAMS, type KconfigProgram } from '../programs/programs.js';
import { SYMBOL_VERSIONS } from './names.js';
import { hasModules } from './tree-modules.js';

/** The kernel, made as far as modules of others need it: headers, scripts, the linker script of modules. */
const PREPARED: KconfigProgram = {
  ...KCONFIG_PROGRAMS.kernel,
  goals: () => ['modules_prepare'],
  artifacts: () => ({}),
  objectsPerSymbol: 0.1,
};

interface PrepareRequest
  extends Pick<BuildRequest, 'make' | 'tools' | 'config' | 'label' | 'signal' | 'onCommand' | 'onNote'> {
  /** The kernel's published `Module.symvers`. */
  readonly symbols: string;
}

/**
 * Makes `make.out` a directory that modules can be built against (`make modules_prepare`), from nothing but source,
 * `.config` and `Module.symvers`: a kernel that came from a cache has no output directory of its own. An up-to-date
 * directory is left alone, including the times of its files, so that modules are not compiled again.
 *
 * @throws UserError `MODULES_OFF`; as `build`
 */
export async function prepareKernel(request: PrepareRequest): Promise<void> {
  const { make, tools, config, symbols, label, ...rest } = request;
  requireModules(config, label);
  const stamp = `${make.out}.stamp`;
  const state = createHash('sha256')
    .update(
      JSON.stringify([
        make.arch,
        make.crossCompile,
        make.llvm,
        make.source.path,
        make.source.identity,
        tools,
      ]),
    )
    .update(config)
    .update(await sha256File(symbols))
    .digest('hex');
  if ((await readFile(stamp, 'utf8').catch(() => '')) === state) return;
  await remove(stamp);
  await build({
    program: PREPARED,
    make,
    tools,
    config,
    label,
    files: { [SYMBOL_VERSIONS]: symbols },
    ...rest,
  });
  await writeFileAside(stamp, state);
}

/** @throws UserError `MODULES_OFF` for the `.config` of a kernel that cannot load modules */
export function requireModules(config: string, kernel: string): void {
  if (hasModules(config)) return;
  throw new UserError(
    'MODULES_OFF',
    `the kernel ${kernel} cannot load modules: CONFIG_MODULES is off. Add it to the kernel's fragments: ` +
      `"preset:modules", or a line CONFIG_MODULES=y in a fragment of its own`,
    { kernel, symbol: 'MODULES' },
  );
}
