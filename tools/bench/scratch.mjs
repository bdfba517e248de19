/** A copy of this repository to measure in: its own Nx cache, daemon, dist and kept directories. The user's tree is not changed. */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { run } from './run.mjs';

const QEMU = 'qemu-system-aarch64';

/** Makes the copy. Nothing is built in it yet, but what the user's dist holds is there, with its manifests. */
export function makeScratch(root) {
  // Real: the executors resolve symlinks, and so must what is compared with them.
  const base = mkdtempSync(join(realpathSync(tmpdir()), 'bringup-bench-'));
  const workspace = join(base, 'workspace');
  mkdirSync(workspace);
  copyTracked(root, workspace);
  linkModules(root, workspace);
  for (const project of ['kernel', 'busybox', 'rootfs']) {
    const built = join(root, 'dist', project);
    if (existsSync(built)) cpSync(built, join(workspace, 'dist', project), { recursive: true });
  }
  const path = `${makeQemuShim(base)}${delimiter}${process.env.PATH}`;
  const env = {
    ...process.env,
    PATH: path,
    BRINGUP_FROZEN: '0',
    NX_CACHE_DIRECTORY: join(base, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(base, 'nx-data'),
    NX_DAEMON: 'true',
    NX_TUI: 'false',
    NO_COLOR: '1',
  };
  delete env.CI; // Nx switches its daemon off on a CI machine.
  delete env.FORCE_COLOR;
  return { base, workspace, env, qemuLog: join(base, 'qemu-started') };
}

/** Tracked files and new ones that git does not ignore, as they are on disk; and the built plugin. */
function copyTracked(root, workspace) {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  for (const file of list.split('\0').filter(Boolean)) {
    if (!existsSync(join(root, file))) continue; // Deleted, and not committed yet.
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    cpSync(join(root, file), join(workspace, file), { verbatimSymlinks: true });
  }
  for (const name of readdirSync(join(root, 'packages'))) {
    const built = join(root, 'packages', name, 'dist');
    if (existsSync(built)) cpSync(built, join(workspace, 'packages', name, 'dist'), { recursive: true });
  }
  execFileSync('git', ['init', '--quiet', workspace]);
}

/** Builds the plugin from the current sources. This takes seconds when the copy contains the output of an earlier build. */
export async function buildPlugin(scratch) {
  const tsc = join(scratch.workspace, 'node_modules/typescript/bin/tsc');
  await run([process.execPath, tsc, '--build', 'packages'], { cwd: scratch.workspace, env: scratch.env });
}

/**
 * Adds what nx itself takes for a board: tasks in the same order as those before virt-arm64:run, all cached, and at the end
 * an executor that does nothing but speak. `floor:run` is to be compared with `virt-arm64:run`, and `floor:test` with a cached test.
 */
export function addFloor({ workspace }) {
  const plugin = join(workspace, 'node_modules/bench-floor');
  mkdirSync(plugin, { recursive: true });
  const write = (path, json) => writeFileSync(path, JSON.stringify(json));
  const print = { implementation: './print.js', schema: './schema.json' };
  write(join(plugin, 'package.json'), {
    name: 'bench-floor',
    version: '1.0.0',
    executors: './executors.json',
  });
  write(join(plugin, 'executors.json'), { executors: { print } });
  write(join(plugin, 'schema.json'), { version: 2, type: 'object', properties: {} });
  writeFileSync(
    join(plugin, 'print.js'),
    `module.exports = async () => { console.log(${JSON.stringify(FLOOR_SPEAKS)}); return { success: true }; };`,
  );
  const before = (file, ...names) => ({
    executor: 'bench-floor:print',
    cache: true,
    inputs: [{ dependentTasksOutputFiles: `**/${file}` }, { externalDependencies: [] }],
    outputs: [`{workspaceRoot}/dist/{projectName}/${file}`],
    dependsOn: names,
  });
  const builds = (...names) => names.map((name) => ({ projects: [name], target: 'build' }));
  const projects = {
    'floor-kernel': { config: before('.config'), build: before('Image', 'config') },
    'floor-busybox': { config: before('.config'), build: before('busybox.tar', 'config') },
    'floor-rootfs': { build: before('initramfs', ...builds('floor-busybox')) },
    floor: {
      run: { executor: 'bench-floor:print', dependsOn: builds('floor-kernel', 'floor-rootfs') },
      test: before('test.json', ...builds('floor-kernel', 'floor-rootfs')),
    },
  };
  for (const [name, targets] of Object.entries(projects)) {
    const directory = join(workspace, 'examples', name);
    mkdirSync(directory, { recursive: true });
    write(join(directory, 'project.json'), { name, targets });
  }
}

/** The line that the last task of {@link addFloor} prints. */
export const FLOOR_SPEAKS = 'floor: here I am';

/** npm's layout: everything is linked to the user's node_modules, the workspace's own packages to the copies. */
function linkModules(root, workspace) {
  const from = join(root, 'node_modules');
  const to = join(workspace, 'node_modules');
  mkdirSync(join(to, '@bringup'), { recursive: true });
  for (const name of readdirSync(from)) {
    if (name !== '@bringup' && name !== '.cache') symlinkSync(join(from, name), join(to, name));
  }
  for (const name of readdirSync(join(from, '@bringup')))
    symlinkSync(join('..', '..', 'packages', name), join(to, '@bringup', name));
  // Where npm could not hoist a version to the top.
  for (const name of readdirSync(join(root, 'packages'))) {
    const own = join(root, 'packages', name, 'node_modules');
    if (existsSync(own)) symlinkSync(own, join(workspace, 'packages', name, 'node_modules'));
  }
}

/** First in PATH: notes when a guest is started, then is QEMU. */
function makeQemuShim(base) {
  const directory = join(base, 'bin');
  mkdirSync(directory);
  const lines = [
    '#!/bin/sh',
    `case " $* " in *" -kernel "*) date +%s%N >>${quoted(join(base, 'qemu-started'))} ;; esac`,
    `exec ${quoted(findProgram(QEMU))} "$@"`,
  ];
  writeFileSync(join(directory, QEMU), `${lines.join('\n')}\n`, { mode: 0o755 });
  return directory;
}

export function hasProgram(name) {
  return findProgram(name) !== undefined;
}

function findProgram(name) {
  return process.env.PATH.split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** argv of the scratch workspace's nx, without what npx adds. */
export function nx(scratch, ...args) {
  return [process.execPath, join(scratch.workspace, 'node_modules/nx/dist/bin/nx.js'), ...args];
}

/** The same program on a terminal of its own, as a user starts it. */
export function onTerminal(argv) {
  return ['script', '--quiet', '--flush', '--return', '--command', argv.map(quoted).join(' '), '/dev/null'];
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Runs nx in the scratch workspace. */
export function runNx(scratch, args, options = {}) {
  return run(nx(scratch, ...args), { cwd: scratch.workspace, env: scratch.env, ...options });
}

/** Milliseconds since the epoch at which a guest was last started. */
export function qemuStartedAt(scratch) {
  const last = readFileSync(scratch.qemuLog, 'utf8').trim().split('\n').pop();
  return Number(BigInt(last) / 1000n) / 1000;
}

/** Changes the options of a project's declared target in the copy. */
export function editOptions(scratch, project, options) {
  const path = join(scratch.workspace, project, 'project.json');
  const json = JSON.parse(readFileSync(path, 'utf8'));
  Object.assign(json.targets.build.options, options);
  writeFileSync(path, `${JSON.stringify(json, null, 2)}\n`);
}

/** Synchronous, because it also runs while this process is being ended. */
export function removeScratch(scratch) {
  try {
    const [node, ...args] = nx(scratch, 'daemon', '--stop');
    execFileSync(node, args, { cwd: scratch.workspace, env: scratch.env, stdio: 'ignore', timeout: 20_000 });
  } catch {
    // No daemon was running.
  }
  rmSync(scratch.base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
