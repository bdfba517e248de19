/** The kernel as one builds it without Bringup: tinyconfig, merge_config.sh, olddefconfig, make. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

const MAKE = {
  arm64: { variables: ['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-'], image: 'Image' },
  x86_64: { variables: ['ARCH=x86_64', 'CROSS_COMPILE=x86_64-linux-gnu-'], image: 'bzImage' },
};

/** The tree in the source store that a project is locked to; undefined when it was not fetched yet. */
export function sourcePath(scratch, project) {
  const { bringupHome } = createRequire(join(scratch.workspace, 'package.json'))('@bringup/kbuild');
  const entry = join(scratch.workspace, 'bringup.lock/sources', `${project}.lock.json`);
  const { sha256 } = JSON.parse(readFileSync(entry, 'utf8'));
  const path = join(bringupHome(process.env), 'sources', sha256.slice(0, 32));
  return existsSync(path) ? path : undefined;
}

/**
 * @param {{ source: string, out: string, arch: "arm64" | "x86_64", fragments: string[], env: Record<string, string>,
 *   ccache?: boolean, goals?: string[] }} tree goals: what is made beside the images
 */
export function byHand({ source, out, arch, fragments, env, ccache, goals = [] }) {
  const { variables, image } = MAKE[arch];
  const base = ['make', '-C', source, `O=${out}`, ...variables];
  // With ccache the same flags as Bringup's, so that its objects are found again.
  const maps = `-fdebug-prefix-map=${source}=/usr/src/bringup/source -fdebug-prefix-map=${out}=/usr/src/bringup/out`;
  const prefix = variables[1].slice('CROSS_COMPILE='.length);
  const compiler = ccache
    ? [`CC=ccache ${prefix}gcc`, 'HOSTCC=ccache gcc', `KCFLAGS=${maps}`, `KAFLAGS=${maps}`]
    : [];
  const make = [...base, ...compiler];
  const timed = async (argv) =>
    (await run(argv, { cwd: source, env: { ...env, LC_ALL: 'C', CCACHE_BASEDIR: out } })).seconds;
  const merge = () =>
    timed(['scripts/kconfig/merge_config.sh', '-m', '-O', out, join(out, '.config'), ...fragments]);
  const build = () => timed([...make, `-j${availableParallelism()}`, image, 'vmlinux', ...goals]);
  return {
    /** From nothing. Seconds of configuring, and of make. */
    async clean() {
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out, { recursive: true });
      const configured =
        (await timed([...make, 'tinyconfig'])) + (await merge()) + (await timed([...make, 'olddefconfig']));
      return { configured, made: await build() };
    },
    /** After an edit of the source. Seconds of make, which runs conf by itself where it has to. */
    made: build,
    /** After an edit of a fragment. */
    async edited() {
      const configured = (await merge()) + (await timed([...make, 'olddefconfig']));
      return { configured, made: await build() };
    },
  };
}
