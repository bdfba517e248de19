import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ARCHES } from './boards.js';
import { bootCommand } from './create.js';
import { parseArguments, withDefaults } from './options.js';
import { inspectPlace } from './place.js';

const choose = (argv: string[], agent?: string) => withDefaults(parseArguments(argv, agent));

describe('what was typed', () => {
  it.each([
    [['my-linux'], { arch: 'arm64', boot: 'kernel', board: 'virt-arm64', packageManager: 'npm', git: true }],
    [['x', '--arch', 'x86_64'], { arch: 'x86_64', board: 'pc-x86_64' }],
    [['x', '--arch=x86_64', '--boot=bios'], { boot: 'bios', board: 'pc-x86_64-bios' }],
    [['--boot', 'u-boot', 'x'], { directory: 'x', boot: 'u-boot', board: 'virt-arm64-u-boot' }],
    [['x', '--board=lab', '--no-git'], { board: 'lab', git: false }],
    [['x', '--packageManager=pnpm'], { packageManager: 'pnpm' }],
  ])('%j', (argv, expected) => {
    expect(choose(argv)).toMatchObject(expected);
  });

  it.each([
    [['a', 'b'], 'USAGE', 'a b'],
    [['a', '--machine=virt'], 'USAGE', '--machine'],
    [[], 'NO_DIRECTORY', 'npm create bringup my-linux'],
    [['a', '--arch=mips'], 'UNKNOWN_ARCH', ARCHES.join(', ')],
    [['a', '--boot=grub'], 'UNKNOWN_BOOT_PATH', 'kernel, u-boot'],
    [['a', '--boot=bios'], 'NO_BOOT_PATH', 'bios is for x86_64'],
    [['a', '--arch=riscv64', '--boot=uefi'], 'NO_BOOT_PATH', 'kernel, u-boot, disk'],
    [['a', '--board=-x'], 'INVALID_NAME', '--board'],
    [['a', '--board=../x'], 'INVALID_NAME', '../x'],
    [['a', '--packageManager=yarn'], 'PACKAGE_MANAGER', 'yarn'],
  ])('%j is refused: %s', (argv, code, text) => {
    expect(() => choose(argv)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) as string }),
    );
  });

  it('is started by the package manager that it then uses', () => {
    expect(choose(['x'], 'pnpm/10.1.0 npm/? node/v20.19.0 linux x64').packageManager).toBe('pnpm');
    expect(() => choose(['x'], 'bun/1.2.0')).toThrow('bun is not among');
    expect(choose(['x', '--packageManager=npm'], 'yarn/4.0.0').packageManager).toBe('npm');
  });

  it('asks for nothing more for help', () => {
    expect(parseArguments(['--help'], 'yarn/4.0.0').help).toBe(true);
    expect(parseArguments(['--version'], undefined).version).toBe(true);
  });
});

describe('the place', () => {
  const root = mkdtempSync(join(tmpdir(), 'place-'));
  mkdirSync(join(root, 'empty'));
  mkdirSync(join(root, 'full'));
  writeFileSync(join(root, 'full/README.md'), '');
  writeFileSync(join(root, 'file'), '');
  mkdirSync(join(root, 'workspace/apps'), { recursive: true });
  writeFileSync(join(root, 'workspace/nx.json'), '{}');

  it('is new, or an empty directory', () => {
    expect(inspectPlace('new', root)).toEqual({
      path: join(root, 'new'),
      parent: root,
      name: 'new',
      exists: false,
    });
    expect(inspectPlace('.', join(root, 'empty'))).toMatchObject({
      name: 'empty',
      parent: root,
      exists: true,
    });
  });

  it.each([
    ['full', 'NOT_EMPTY', 'not empty'],
    ['file', 'NOT_EMPTY', 'is a file'],
    ['no/where', 'NO_DIRECTORY', 'no does not exist'],
    ['workspace/apps/mine', 'INSIDE_WORKSPACE', 'nx add @bringup/nx'],
    ['My Linux', 'INVALID_NAME', '"My Linux"'],
    ['-rf', 'INVALID_NAME', '"-rf"'],
    ['a$(id)/x', 'UNSUITABLE_PATH', 'special characters'],
    ['a"b/x', 'UNSUITABLE_PATH', 'special characters'],
  ])('%s is refused: %s', (directory, code, text) => {
    expect(() => inspectPlace(directory, root)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) as string }),
    );
  });
});

it.each([
  ['my-linux', 'npm', 'cd my-linux && npx nx run lab:run'],
  ['my-linux', 'pnpm', 'cd my-linux && pnpm nx run lab:run'],
  ['/srv/my dir/linux', 'npm', "cd '/srv/my dir/linux' && npx nx run lab:run"],
  ['.', 'npm', 'npx nx run lab:run'],
] as const)('in %s by %s it boots by: %s', (directory, packageManager, command) => {
  const choice = {
    directory,
    packageManager,
    board: 'lab',
    arch: 'arm64',
    boot: 'kernel',
    git: true,
  } as const;
  expect(bootCommand(choice)).toBe(command);
});
