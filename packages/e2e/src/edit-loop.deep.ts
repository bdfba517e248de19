import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { crossPrefix, planMake, selectPart, type MakeSetting, type SourcePart } from '@bringup/kbuild';
import { runProgram } from '@bringup/process';
/* eslint-disable @nx/enforce-module-boundaries -- the package does not export its test helpers. */
import { OwnTree } from '../../kbuild/src/testing/own-tree.js';
import { editAtRandom, seededRandom } from '../../kbuild/src/testing/random-edits.js';
/* eslint-enable @nx/enforce-module-boundaries */
import { openTree } from './kconfig-trees.js';

jest.setTimeout(20 * 60_000);

const root = mkdtempSync(join(tmpdir(), 'bringup-edit-loop-deep-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Seeds 1 to 6 are a part of the unit tests. */
const GROUPS = Array.from({ length: 20 }, (_, group) => [7 + 10 * group, 16 + 10 * group] as const);

it.each(GROUPS)(
  'seeds %d to %d: ten edits at random give what a build from nothing gives',
  async (first, last) => {
    for (let seed = first; seed <= last; seed += 1) {
      const own = new OwnTree(join(root, String(seed)));
      await own.build();
      const edits = await editAtRandom(own, seededRandom(seed), 10);
      const hashes = (await own.build())?.hashes;
      expect({ seed, edits, hashes }).toEqual({ seed, edits, hashes: await own.buildFromNothing() });
      own.remove();
    }
  },
);

/** Each call of make that reads a part of the tree, in the order in which they run. */
const GOALS: readonly (readonly [goal: string, part: SourcePart])[] = [
  ['defconfig', 'config'],
  ['olddefconfig', 'config'],
  ['modules_prepare', 'modules'],
];

it.each(['linux-arm64', 'linux-x86_64'])(
  '%s: conf and modules read no file outside their parts',
  async (name) => {
    const { program, arch, source } = await openTree(name);
    const make: MakeSetting = {
      ...{ arch, source, llvm: false, jobs: 2, out: join(root, name) },
      variables: program.variables(arch),
      crossCompile: crossPrefix(arch),
    };
    for (const [goal, part] of GOALS) {
      const { argv, env } = planMake(make, [goal]);
      const trace = join(root, `${name}-${goal}.trace`);
      await runProgram(['strace', '-f', '-e', 'trace=%file', '-o', trace, ...argv], { env });
      const names = namesBelow(source.path, readFileSync(trace, 'latin1'));
      const { has } = selectPart(program.name, part);
      expect(names.length).toBeGreaterThan(500);
      expect({ goal, outside: names.filter((path) => !has(path)) }).toEqual({ goal, outside: [] });
    }
  },
);

/** The paths below a directory that the calls in strace's log name, whether they exist or not. Directories are left out. */
function namesBelow(directory: string, trace: string): string[] {
  const names = new Set<string>();
  for (const [, path] of trace.matchAll(/^\d+ +\w+\((?:AT_FDCWD, )?"(\/[^"]*)"/gm)) {
    const whole = resolve(path!);
    if (!whole.startsWith(`${directory}/`)) continue;
    if (!statSync(whole, { throwIfNoEntry: false })?.isDirectory())
      names.add(whole.slice(directory.length + 1));
  }
  return [...names];
}
