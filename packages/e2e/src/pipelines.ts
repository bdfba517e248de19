import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { makeFakeWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { nx, nxProgram, readTasks, REPOSITORY, type Fate } from './nx-run.js';

/** The commands of a generated pipeline, without those that install packages. */
interface Pipeline {
  readonly script: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The paths that it caches, relative to the checkout. */
  readonly cached: readonly string[];
}

const INSTALLS = /apt-get|npm ci/;

/** The event that starts a pipeline: a push to the main branch, or a pull request based on one of its commits. */
interface Event {
  readonly kind: 'push' | 'request';
  /** The commit that Nx compares with. */
  readonly base: string;
}

/** Reads a pipeline as its provider would: `directory` is the checkout. */
function readPipeline(provider: string, text: string, directory: string, event: Event): Pipeline {
  return provider === 'github'
    ? readWorkflow(text, directory, event.base)
    : readGitlab(text, directory, event);
}

function readWorkflow(text: string, directory: string, base: string): Pipeline {
  const { env, jobs } = parse(text) as {
    env: Record<string, string>;
    jobs: { affected: { steps: { run?: string; uses?: string; with?: { path: string } }[] } };
  };
  const { steps } = jobs.affected;
  const cache = steps.find(({ uses }) => uses?.startsWith('actions/cache@'))!;
  return {
    script: steps.flatMap(({ run }) => (run === undefined || INSTALLS.test(run) ? [] : [run])),
    env: {
      ...expanded(env, '${{ github.workspace }}', directory),
      // nrwl/nx-set-shas sets these.
      ...{ GITHUB_WORKSPACE: directory, NX_BASE: base, NX_HEAD: 'HEAD' },
    },
    cached: cache.with!.path.trim().split('\n'),
  };
}

function readGitlab(text: string, directory: string, { kind, base }: Event): Pipeline {
  const { affected } = parse(text) as {
    affected: Record<'before_script' | 'script', string[]> & {
      variables: Record<string, string>;
      cache: { paths: string[] };
    };
  };
  return {
    script: [...affected.before_script, ...affected.script].filter((line) => !INSTALLS.test(line)),
    env: {
      ...expanded(affected.variables, '$CI_PROJECT_DIR', directory),
      CI_COMMIT_SHA: 'HEAD',
      ...(kind === 'request' ? { CI_MERGE_REQUEST_DIFF_BASE_SHA: base } : {}),
    },
    cached: affected.cache.paths,
  };
}

function expanded(variables: Readonly<Record<string, string>>, name: string, value: string) {
  return Object.fromEntries(
    Object.entries(variables).map(([key, text]) => [key, text.replace(name, () => value)]),
  );
}

const PROVIDERS = [
  ['github', '.github/workflows/bringup.yml'],
  ['gitlab', '.gitlab-ci.yml'],
] as const;

/**
 * Runs the pipelines that generator `ci` writes, unchanged, on one machine and then on another that has the first one's cache: the
 * second, which works for a pull request, builds nothing.
 *
 * @param modules a `node_modules` with another nx than this repository's
 */
export async function expectSecondMachineToBuildNothing(modules?: string): Promise<void> {
  const { workspace, base } = await makeRepository(modules);
  try {
    for (const [provider, path] of PROVIDERS) {
      const [first, second] = ['a', 'b'].map((id) => new Machine(workspace, id)) as [Machine, Machine];
      const pipeline = (machine: Machine) => {
        const kind = machine === first ? 'push' : 'request';
        return readPipeline(provider, workspace.read(path), machine.checkout, { kind, base });
      };
      const cold = first.run(pipeline(first));
      expect({ provider, ...cold, output: cold.exitCode === 0 ? '' : cold.output }).toMatchObject({
        ...{ exitCode: 0, output: '' },
        tasks: { 'kernel:build': 'ran', 'busybox:build': 'ran', 'rootfs:build': 'ran', 'board:test': 'ran' },
      });
      second.takeCache(first, pipeline(first));
      const warm = second.run(pipeline(second));
      const hits = Object.fromEntries(Object.keys(cold.tasks).map((task) => [task, 'hit']));
      expect({ provider, exitCode: warm.exitCode, tasks: warm.tasks }).toEqual({
        ...{ provider, exitCode: 0, tasks: hits },
      });
      expect(warm.output).not.toContain('Unrecognized Cache Artifacts');
      for (const machine of [first, second]) machine.remove();
    }
  } finally {
    workspace.remove();
  }
}

/** A workspace with its lock and pipelines of both providers, committed; its first commit has no project. */
async function makeRepository(modules?: string): Promise<{ workspace: FakeWorkspace; base: string }> {
  const qemu = join(REPOSITORY, 'packages/qemu/src/testing/fake-qemu.mjs');
  const workspace = makeFakeWorkspace(undefined, { qemu });
  for (const name of modules === undefined ? [] : ['nx', '@nx']) {
    const link = join(workspace.root, 'node_modules', name);
    rmSync(link);
    symlinkSync(join(modules!, name), link);
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: workspace.root,
      encoding: 'utf8',
    }).trim();
  workspace.write('busybox/local.config', '');
  git('add', 'nx.json', 'package.json', '.gitignore');
  git('commit', '--quiet', '--message=first');
  const base = git('rev-parse', 'HEAD');
  for (const args of [
    ['run', 'board:test'],
    ['g', '@bringup/nx:ci', 'github'],
    ['g', '@bringup/nx:ci', 'gitlab'],
  ]) {
    const { exitCode, output } = await nx(args, { cwd: workspace.root });
    if (exitCode !== 0) throw new Error(output);
  }
  git('add', '--all');
  git('add', '--force', 'busybox/local.config');
  git('commit', '--quiet', '--message=second');
  return { workspace, base };
}

/** A machine of a pipeline, with a home, an id and a checkout of its own, in namespaces of its own: nothing needs root. */
class Machine {
  readonly place: string;
  readonly checkout: string;

  constructor(
    workspace: FakeWorkspace,
    readonly id: string,
  ) {
    this.place = mkdtempSync(join(dirname(workspace.root), `machine-${id}-`));
    this.checkout = join(this.place, 'work');
    execFileSync('git', ['clone', '--quiet', workspace.root, this.checkout]);
    cpSync(join(workspace.root, 'node_modules'), join(this.checkout, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    mkdirSync(join(this.checkout, 'node_modules/.bin'));
    symlinkSync(nxProgram(this.checkout), join(this.checkout, 'node_modules/.bin/nx'));
    writeFileSync(join(this.place, 'machine-id'), `${id.repeat(32).slice(0, 32)}\n`);
  }

  /** Runs a pipeline. @returns the status of each task, and the output */
  run({ script, env }: Pipeline): { exitCode: number | null; tasks: Record<string, Fate>; output: string } {
    const home = join(this.place, 'home');
    mkdirSync(home);
    writeFileSync(join(this.place, 'script'), script.join('\n'));
    const enter = [
      'mount -t tmpfs none /var/lib',
      `mount --bind ${this.place}/machine-id /etc/machine-id`,
      `exec sh -e ${this.place}/script`,
    ].join(' && ');
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--user', '--map-root-user', '--mount', 'sh', '-c', enter],
      {
        cwd: this.checkout,
        encoding: 'utf8',
        maxBuffer: 1 << 26,
        env: { PATH: process.env.PATH, HOME: home, CI: 'true', NO_COLOR: '1', ...env },
      },
    );
    const output = stdout + stderr;
    return { exitCode: status, tasks: readTasks(stdout), output };
  }

  /** Copies the cached paths of the pipeline, and nothing else. */
  takeCache(from: Machine, { cached }: Pipeline): void {
    const carry = `tar --create ${cached.join(' ')} | tar --extract --directory=${this.checkout}`;
    execFileSync('sh', ['-c', carry], { cwd: from.checkout });
  }

  remove(): void {
    execFileSync('chmod', ['--recursive', 'u+w', this.place]);
    rmSync(this.place, { recursive: true });
  }
}
