import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The modinfo of a spec's module, and the symbols that it exports and needs. */
export interface SpecModule {
  name: string;
  vermagic?: string;
  depends?: string[];
  /** Further fields of its `.modinfo`: `softdep=pre: x`. */
  fields?: string[];
  needs?: string[];
  /** Flags of gcc: `-m32`. */
  flags?: string[];
  /** Another gcc than x86_64's. */
  compiler?: string;
}

/** Makes a kernel module that no kernel would run, and every tool can read. */
export function writeModule(path: string, module: SpecModule): string {
  const { name, vermagic = '6.1.0 SMP', depends = [], fields = [], needs = [], flags = [] } = module;
  const { compiler = 'x86_64-linux-gnu-gcc' } = module;
  const all = [`name=${name}`, `depends=${depends.join(',')}`, `vermagic=${vermagic} `, ...fields];
  const info = all.map((field) => `${field}\\0`).join('');
  const source = [
    `__attribute__((section(".modinfo"), used)) static const char info[] = "${info}";`,
    ...needs.map((symbol) => `void ${symbol}(void);`),
    `void start(void) { ${needs.map((symbol) => `${symbol}();`).join(' ')} }`,
  ].join('\n');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.c`, source);
  execFileSync(compiler, ['-c', ...flags, '-o', path, `${path}.c`]);
  return path;
}
