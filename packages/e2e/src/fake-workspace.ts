import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { lockEntryPath } from '@bringup/kbuild';
import { REPOSITORY } from './nx-run.js';

const FIXTURES = join(REPOSITORY, 'packages/kbuild/fixtures');
const PACKAGES = ['process', 'kconfig', 'kbuild', 'rootfs', 'disk', 'qemu', 'gdb', 'nx'];

/** A workspace with a kernel and a BusyBox that compile in a second, an initramfs and a board over them. */
export interface FakeWorkspace {
  readonly root: string;
  /** Where the plugin's own code lies: a copy, so that a test can change it. */
  readonly plugin: string;
  write(path: string, content: string): void;
  read(path: string): string;
  /** Changes a JSON file in place. */
  edit(path: string, change: (json: Record<string, never>) => void): void;
  /** Removes it, with its home, sources and whatever else lies beside it. */
  remove(): void;
}

interface FakeOptions {
  /** The program that boards start. */
  qemu?: string;
  /** Changes the kernel's source before it is packed. */
  changeKernel?: (tree: string) => void;
}

/** @param parent where to make it */
export function makeFakeWorkspace(parent = tmpdir(), options: FakeOptions = {}): FakeWorkspace {
  const workspace = makeBareWorkspace(parent);
  const base = dirname(workspace.root);
  makeTarballs(base, options.changeKernel);
  writeProjects(workspace, base, options.qemu);
  execFileSync('git', ['init', '--quiet', workspace.root]);
  return workspace;
}

/** A workspace of Nx with the plugin installed, and nothing else: no project, no mention of the plugin, no git. */
export function makeBareWorkspace(parent = tmpdir()): FakeWorkspace {
  const base = mkdtempSync(join(parent, 'bringup-e2e-'));
  const root = join(base, 'workspace');
  const workspace: FakeWorkspace = {
    root,
    plugin: join(root, 'node_modules/@bringup'),
    write: (path, content) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    edit: (path, change) => {
      const json = JSON.parse(workspace.read(path));
      change(json);
      workspace.write(path, `${JSON.stringify(json, null, 2)}\n`);
    },
    remove: () => {
      // Trees of the source store are read-only.
      execFileSync('chmod', ['--recursive', 'u+w', base]);
      rmSync(base, { recursive: true });
    },
  };
  mkdirSync(join(base, 'home'), { recursive: true });
  mkdirSync(root);
  linkModules(workspace);
  workspace.write('nx.json', '{}\n');
  workspace.write('package.json', '{ "name": "bare", "version": "0.0.0", "private": true }\n');
  return workspace;
}

/** Node's modules as npm would have them, the plugin's packages as copies of what was built. */
function linkModules({ root, plugin }: FakeWorkspace): void {
  mkdirSync(plugin, { recursive: true });
  for (const name of readdirSync(join(REPOSITORY, 'node_modules'))) {
    if (name === '@bringup' || name.startsWith('.')) continue;
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
  }
  for (const name of PACKAGES) {
    cpSync(join(REPOSITORY, 'packages', name), join(plugin, name), {
      recursive: true,
      filter: (source) => isInstalled(source.slice(join(REPOSITORY, 'packages', name).length + 1)),
      verbatimSymlinks: true,
    });
  }
  cpSync(join(REPOSITORY, 'workspace-configs/kconfig'), join(plugin, 'nx/presets'), { recursive: true });
}

/**
 * Whether npm installs this file. In src/, only schemas are installed; directories count because they may contain one.
 *
 * @param path relative to the package
 */
function isInstalled(path: string): boolean {
  return !path.startsWith('fixtures') && (!/^src\/.*\.\w+$/.test(path) || basename(path) === 'schema.json');
}

/** Gives a workspace copies of Node's modules: another user may not be able to read this repository, which lies below /root. */
export function copyModules({ root }: FakeWorkspace): void {
  const modules = join(root, 'node_modules');
  for (const entry of readdirSync(modules, { withFileTypes: true }).filter((one) => one.isSymbolicLink())) {
    rmSync(join(modules, entry.name));
    execFileSync('cp', [
      '--archive',
      '--reflink=auto',
      join(REPOSITORY, 'node_modules', entry.name),
      modules,
    ]);
  }
}

/** The sources are tarballs: what is fetched, hashed and unpacked as a real one is. */
function makeTarballs(base: string, changeKernel?: (tree: string) => void): void {
  const sources = join(base, 'sources');
  cpSync(FIXTURES, sources, { recursive: true });
  changeKernel?.(join(sources, 'fake-kernel'));
  for (const name of ['fake-kernel', 'fake-busybox']) {
    execFileSync('tar', [
      '--create',
      '--gzip',
      `--file=${join(base, `${name}.tar.gz`)}`,
      `--directory=${sources}`,
      '--sort=name',
      '--mtime=@1600000000',
      name,
    ]);
  }
}

export function tarballSource(file: string): { kind: 'tarball'; url: string; sha256: string } {
  const sha256 = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
  return { kind: 'tarball', url: `file://${file}`, sha256 };
}

/** Commits all files below a directory, which becomes a repository where it is none, and tags the commit of that second. */
export function commitAll(directory: string, tag: string, seconds = 1_600_000_000): void {
  const who = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' };
  const committer = { GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const date = { GIT_AUTHOR_DATE: `@${seconds} +0000`, GIT_COMMITTER_DATE: `@${seconds} +0000` };
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', ...who, ...committer, ...date };
  const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, env });
  if (!existsSync(join(directory, '.git'))) git('init', '--quiet', '--initial-branch=main');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message=sources');
  git('tag', '--force', '--annotate', '--message=a tag', tag);
}

function writeProjects(workspace: FakeWorkspace, base: string, qemu?: string): void {
  const json = (path: string, value: unknown) => workspace.write(path, `${JSON.stringify(value, null, 2)}\n`);
  json('nx.json', {
    plugins: ['@bringup/nx'],
    namedInputs: { default: ['{projectRoot}/**/*'] },
    analytics: false,
  });
  json('package.json', { name: 'fake-workspace', version: '0.0.0', private: true });
  workspace.write('.gitignore', 'node_modules\ndist\n.nx\n.bringup\nlocal.config\n');
  workspace.write('kernel/a.config', '# the first fragment\nCONFIG_PRINTK=y\n');
  workspace.write('kernel/b.config', '# the second\nCONFIG_BLOCK=y\nCONFIG_EXT4_FS=y\n');
  workspace.write('kernel/README.md', 'a kernel\n');
  json('kernel/project.json', {
    name: 'kernel',
    targets: {
      build: {
        executor: '@bringup/nx:kernel',
        options: {
          arch: 'x86_64',
          source: tarballSource(join(base, 'fake-kernel.tar.gz')),
          base: 'tinyconfig',
          fragments: ['kernel/a.config', '{projectRoot}/b.config'],
        },
      },
      lint: { command: 'true' },
    },
  });
  workspace.write('busybox/busybox.config', 'CONFIG_VI=y\n');
  workspace.write('busybox/local.config', '# mine, not committed\n');
  json('busybox/project.json', {
    name: 'busybox',
    targets: {
      build: {
        executor: '@bringup/nx:busybox',
        options: {
          arch: 'x86_64',
          source: tarballSource(join(base, 'fake-busybox.tar.gz')),
          fragments: ['{projectRoot}/busybox.config', '{projectRoot}/local.config'],
        },
      },
    },
  });
  workspace.write('rootfs/overlay/etc/motd', 'hello\n');
  json('rootfs/project.json', {
    name: 'rootfs',
    targets: {
      build: {
        executor: '@bringup/nx:initramfs',
        options: {
          arch: 'x86_64',
          busybox: 'busybox',
          overlays: ['{projectRoot}/overlay'],
          startup: ['echo started'],
        },
      },
    },
  });
  json('board/project.json', {
    name: 'board',
    targets: {
      run: {
        executor: '@bringup/nx:qemu',
        options: {
          arch: 'x86_64',
          kernel: 'kernel',
          initramfs: 'rootfs',
          memory: 64,
          ...(qemu ? { qemu } : {}),
        },
      },
      test: { options: { commands: ['true'] } },
    },
  });
}

/** Sets an entry of the lock for a tool, or takes it out. */
export function lockTool(workspace: FakeWorkspace, name: string, line?: string): void {
  const path = lockEntryPath('tools', name);
  if (line === undefined) rmSync(join(workspace.root, path));
  else workspace.write(path, `${line}\n`);
}

/** A directory for PATH whose stand-ins run programs of the host, but report another version. */
const pretended = ({ root }: FakeWorkspace) => join(root, '../bin');

/**
 * Puts stand-ins before the host's programs. They report the version that {@link pretendVersion} sets.
 *
 * @param programs name → the program that the stand-in runs
 * @returns the PATH that finds them
 */
export function pretendPrograms(
  workspace: FakeWorkspace,
  programs: Readonly<Record<string, string>>,
): string {
  const directory = pretended(workspace);
  mkdirSync(directory, { recursive: true });
  for (const [name, program] of Object.entries(programs)) {
    const asked = `case $1 in --version | -version | -V) [ -f "$0.version" ] && exec cat "$0.version" ;; esac`;
    writeFileSync(join(directory, name), `#!/bin/sh\n${asked}\nexec ${program} "$@"\n`, { mode: 0o755 });
  }
  return `${directory}:${process.env.PATH}`;
}

/** @param version the version that a program of {@link pretendPrograms} reports; without it, its own */
export function pretendVersion(workspace: FakeWorkspace, name: string, version?: string): void {
  const file = join(pretended(workspace), `${name}.version`);
  if (version === undefined) rmSync(file, { force: true });
  else writeFileSync(file, `${version}\n`);
}

/** Adds a program of C and assembly, with headers of all kinds, and puts it into the initramfs. */
export function addProgram(workspace: FakeWorkspace): void {
  workspace.write(
    'tool/tool.c',
    '#include "tool.h"\n#include "dist/made.h"\nint main(void) { return A + B + f(); }\n',
  );
  workspace.write('tool/f.S', '.global f\nf: mov $1, %eax\nret\n');
  workspace.write('tool/tool.h', '#define A 1\nint f(void);\n');
  workspace.write('tool/dist/made.h', '#define B 2\n');
  const options = {
    arch: 'x86_64',
    sources: ['{projectRoot}/tool.c', 'tool/f.S'],
    headers: ['{projectRoot}/*.h', 'tool/dist/made.h'],
  };
  const targets = { build: { executor: '@bringup/nx:program', options } };
  workspace.write('tool/project.json', JSON.stringify({ name: 'tool', targets }, null, 2));
  const rootfs = JSON.parse(workspace.read('rootfs/project.json')) as {
    targets: { build: { options: { files?: object[] } } };
  };
  rootfs.targets.build.options.files = [{ path: '/bin/tool', from: 'tool:tool' }];
  workspace.write('rootfs/project.json', JSON.stringify(rootfs, null, 2));
}

/** Gives the kernel modules, adds one of the workspace's own, and has the initramfs load it. */
export function addModule(workspace: FakeWorkspace): void {
  workspace.write('kernel/a.config', 'CONFIG_PRINTK=y\nCONFIG_MODULES=y\n');
  workspace.write(
    'hello/hello.c',
    '#include "hello.h"\n#include <generated/fakeconf.h>\nvoid printk(void);\nint cpus = NR_CPUS;\nvoid hello(void) { printk(); }\n',
  );
  workspace.write('hello/hello.h', '');
  workspace.write('hello/Kbuild', 'obj-m := hello.o\n');
  const targets = { build: { executor: '@bringup/nx:kernel-module', options: { kernel: 'kernel' } } };
  workspace.write('hello/project.json', JSON.stringify({ name: 'hello', targets }, null, 2));
  const rootfs = JSON.parse(workspace.read('rootfs/project.json')) as {
    targets: { build: { options: { modules?: object[]; symlinks?: object[] } } };
  };
  const { options } = rootfs.targets.build;
  options.modules = [{ project: 'hello' }];
  // The stand-in for BusyBox has few applets.
  options.symlinks = [{ path: '/bin/modprobe', target: 'busybox' }];
  workspace.write('rootfs/project.json', JSON.stringify(rootfs, null, 2));
}
