import { parseArgs } from 'node:util';
import { UserError, type ErrorCode } from '@bringup/process';
import { ARCHES, BOOT_PATHS, defaultBoardName, type Arch } from './boards.js';

const PACKAGE_MANAGERS = ['npm', 'pnpm'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** The arguments that the user typed, each checked by itself. Missing ones are asked for or get a default. */
export interface Arguments {
  /** The new workspace's directory, as it was typed. */
  directory?: string;
  arch?: Arch;
  boot?: string;
  board?: string;
  packageManager: PackageManager;
  /** False with `--no-git`. */
  git: boolean;
  help: boolean;
  version: boolean;
}

/** All that is needed to make a workspace with one board. */
export interface Choice {
  directory: string;
  arch: Arch;
  boot: string;
  board: string;
  packageManager: PackageManager;
  git: boolean;
}

export const HELP = `Makes an Nx workspace with one Linux board that boots in QEMU.

  npm create bringup@latest DIRECTORY [-- OPTIONS]
  pnpm create bringup@latest DIRECTORY [OPTIONS]

  DIRECTORY             where to make it; new, or empty. Its name is the workspace's.

  --arch ARCH           ${ARCHES.join(', ')}. Default: arm64
  --boot PATH           how the board gets to its kernel. Default: kernel, which QEMU loads itself
${ARCHES.map((arch) => `                          ${arch.padEnd(8)} ${BOOT_PATHS[arch].join(', ')}`).join('\n')}
  --board NAME          name of the board's project. Default: virt-arm64, pc-x86_64-uefi, …
  --packageManager PM   npm, pnpm. Default: the one that started this
  --no-git              make no git repository
  --help, --version

What is missing is asked for on a terminal, and takes its default elsewhere.
`;

/**
 * @param agent npm_config_user_agent, by which npm and pnpm tell a program that they start: `pnpm/10.1.0 npm/? node/…`
 * @throws UserError `USAGE`, `UNKNOWN_ARCH`, `UNKNOWN_BOOT_PATH`, `NO_BOOT_PATH`, `INVALID_NAME`, `PACKAGE_MANAGER`
 */
export function parseArguments(argv: readonly string[], agent: string | undefined): Arguments {
  const { values, positionals } = parseTyped(argv);
  if (positionals.length > 1)
    throw new UserError(
      'USAGE',
      `one directory is made, not ${positionals.length}: ${positionals.join(' ')}`,
    );
  const help = values.help === true;
  const version = values.version === true;
  if (values.arch !== undefined) requireOneOf('UNKNOWN_ARCH', '--arch', values.arch, ARCHES);
  const arch = values.arch as Arch | undefined;
  if (values.boot !== undefined) requireBootPath(arch, values.boot);
  if (values.board !== undefined) requireName('--board', values.board);
  const git = values['no-git'] !== true;
  const packageManager = help || version ? 'npm' : choosePackageManager(values.packageManager, agent);
  return {
    directory: positionals[0],
    arch,
    boot: values.boot,
    board: values.board,
    packageManager,
    git,
    help,
    version,
  };
}

function parseTyped(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        arch: { type: 'string' },
        boot: { type: 'string' },
        board: { type: 'string' },
        packageManager: { type: 'string' },
        'no-git': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (cause) {
    const message = `${(cause as Error).message}. --help lists the options`;
    throw new UserError('USAGE', message, { argv }, cause);
  }
}

function requireOneOf(code: ErrorCode, option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new UserError(code, `${option}: there is no "${value}". There are: ${known.join(', ')}`, {
    value,
    known,
  });
}

/** @throws UserError `UNKNOWN_BOOT_PATH`, or `NO_BOOT_PATH` when another architecture has it */
function requireBootPath(arch: Arch | undefined, boot: string): void {
  requireOneOf('UNKNOWN_BOOT_PATH', '--boot', boot, [...new Set(Object.values(BOOT_PATHS).flat())]);
  const paths: readonly string[] | undefined = arch && BOOT_PATHS[arch];
  if (!paths || paths.includes(boot)) return;
  const others = ARCHES.filter((other) => (BOOT_PATHS[other] as readonly string[]).includes(boot));
  const message = `--boot: no board of ${arch} boots by ${boot}. They boot by: ${paths.join(', ')}. ${boot} is for ${others.join(', ')}`;
  throw new UserError('NO_BOOT_PATH', message, { arch, boot, paths });
}

/** Names become package and directory names, and parts of commands. @throws UserError `INVALID_NAME` */
export function requireName(what: string, name: string): void {
  if (/^[a-z][a-z0-9._-]{0,99}$/.test(name)) return;
  const message = `${what}: "${name}" cannot be a name: a-z first, then a-z, 0-9, ".", "_" and "-", 100 characters at most`;
  throw new UserError('INVALID_NAME', message, { name });
}

function choosePackageManager(given: string | undefined, agent: string | undefined): PackageManager {
  const name = given ?? agent?.split('/')[0] ?? 'npm';
  const found = PACKAGE_MANAGERS.find((known) => known === name);
  if (found) return found;
  const message = `${name} is not among the package managers that this was tried with. Choose one: --packageManager=npm or --packageManager=pnpm`;
  throw new UserError('PACKAGE_MANAGER', message, { name });
}

/**
 * Adds defaults for the arguments that the user did not give.
 *
 * @throws UserError `NO_DIRECTORY`, `NO_BOOT_PATH`
 */
export function withDefaults(given: Arguments): Choice {
  const { directory, arch = 'arm64', boot = 'kernel', packageManager, git } = given;
  if (directory === undefined) {
    const message = `where? Give a directory: ${packageManager} create bringup my-linux`;
    throw new UserError('NO_DIRECTORY', message);
  }
  requireBootPath(arch, boot);
  return { directory, arch, boot, board: given.board ?? defaultBoardName(arch, boot), packageManager, git };
}
