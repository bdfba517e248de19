import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Bringup's packages, lowest first: their code decides what artifacts look like. */
const PACKAGES = ['process', 'kconfig', 'kbuild', 'rootfs', 'disk', 'qemu', 'nx'] as const;

/** Name of the external node in Nx's graph that stands for Bringup's own code. */
export const ENGINE_NODE = '@bringup/engine';

let identity: string | undefined;

/**
 * The content hash of Bringup's code as it runs, so that another version of it, or an edit to it, is another
 * recipe and another hash. Versions alone would miss packages linked from a checkout.
 */
export function engineIdentity(): string {
  if (identity !== undefined) return identity;
  const hash = createHash('sha256');
  for (const name of PACKAGES) {
    const root = packageRoot(name);
    for (const file of codeFiles(root))
      hash.update(`${name}/${relative(root, file)}\0`).update(readFileSync(file));
  }
  identity = hash.digest('hex').slice(0, 32);
  return identity;
}

/**
 * Set when Bringup runs from its own repository, which is the workspace: then its sources are inputs too, since
 * Nx's daemon does not look at a plugin's code again.
 */
export function ownSources(workspaceRoot: string): string[] {
  const root = packageRoot('nx');
  const path = relative(realpathSync(workspaceRoot), root);
  if (path.startsWith('..') || path.includes('node_modules')) return [];
  const packages = dirname(path);
  return [
    ...PACKAGES.map((name) => `{workspaceRoot}/${packages}/${name}/{src,scripts}/**/*`),
    `!{workspaceRoot}/${packages}/*/src/**/*.spec.ts`,
  ];
}

function packageRoot(name: string): string {
  return realpathSync(
    name === 'nx' ? join(__dirname, '..', '..') : dirname(require.resolve(`@bringup/${name}/package.json`)),
  );
}

/** The built code, and the presets and shell scripts that ship with it; a checkout that was never built (Jest runs from sources) has its sources. */
function codeFiles(root: string): string[] {
  const directory = existsSync(join(root, 'dist')) ? join(root, 'dist') : join(root, 'src');
  const beside = ['presets', 'scripts'].map((name) => join(root, name));
  return [directory, ...beside.filter((path) => existsSync(path))]
    .flatMap((path) => readdirSync(path, { recursive: true, withFileTypes: true }))
    .filter(
      (entry) =>
        entry.isFile() && /\.(js|json|ts|config|sh)$/.test(entry.name) && !entry.name.endsWith('.d.ts'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
