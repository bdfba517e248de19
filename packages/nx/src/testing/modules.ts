import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { manifestPath } from '@bringup/kbuild';
import { runProgram } from '@bringup/process';
import { FileTree, writeTar, type TreeEntry } from '@bringup/rootfs';

/** The release that modules of specs are for. */
export const RELEASE = '6.1.0-spec';

/** The modinfo of a module, and the symbols that it needs. */
interface SpecModule {
  depends?: string[];
  parameters?: string[];
  needs?: string[];
  release?: string;
}

/** Makes a file that every tool takes for a kernel module. */
export async function writeModule(path: string, name: string, module: SpecModule = {}): Promise<string> {
  const { depends = [], parameters = [], needs = [], release = RELEASE } = module;
  const fields = [`name=${name}`, `depends=${depends.join(',')}`, `vermagic=${release} SMP `];
  fields.push(...parameters.map((parameter) => `parmtype=${parameter}:charp`));
  const info = fields.map((field) => `${field}\\0`).join('');
  const source = [
    `__attribute__((section(".modinfo"), used)) static const char info[] = "${info}";`,
    ...needs.map((symbol) => `void ${symbol}(void);`),
    `void start(void) { ${needs.map((symbol) => `${symbol}();`).join(' ')} }\n`,
  ];
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.c`, source.join('\n'));
  await runProgram(['x86_64-linux-gnu-gcc', '-c', '-o', path, `${path}.c`]);
  return path;
}

/** Publishes what a kernel project with these modules does. */
export async function publishKernel(
  root: string,
  kernel: string,
  modules: Record<string, SpecModule>,
  builtIn: readonly string[] = [],
): Promise<void> {
  const place = `lib/modules/${RELEASE}`;
  const file = (path: string, data: Buffer): TreeEntry => ({
    ...{ path: `${place}/${path}`, type: 'file', mode: 0o644, uid: 0, gid: 0 },
    content: { data },
  });
  const tree = new FileTree();
  tree.add(file('modules.builtin', Buffer.from(builtIn.map((name) => `kernel/${name}.ko\n`).join(''))));
  tree.add(file('modules.order', Buffer.alloc(0)));
  for (const [name, module] of Object.entries(modules)) {
    const made = await writeModule(join(root, 'made', kernel, `${name}.ko`), name, module);
    tree.add(file(`kernel/${name}.ko`, readFileSync(made)));
  }
  const directory = join(root, 'dist', kernel);
  mkdirSync(directory, { recursive: true });
  await writeTar(tree, join(directory, 'modules.tar'));
  writeFileSync(join(directory, '.config'), 'CONFIG_MODULES=y\n');
  writeFileSync(join(directory, 'Module.symvers'), '0x00000000\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n');
}

/** Publishes what a kernel-module project does. */
export async function publishModules(
  root: string,
  project: string,
  modules: Record<string, SpecModule>,
): Promise<void> {
  const directory = join(root, 'dist', project);
  mkdirSync(directory, { recursive: true });
  for (const [name, module] of Object.entries(modules)) {
    await writeModule(join(directory, `${name}.ko`), name, module);
  }
  const artifacts = Object.fromEntries(
    Object.keys(modules).map((name) => [`${name}.ko`, { bytes: 0, sha256: '' }]),
  );
  writeFileSync(manifestPath(directory, 'build'), JSON.stringify({ version: 1, recipe: '', artifacts }));
}
