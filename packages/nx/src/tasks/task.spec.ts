import type { ExecutorContext } from '@nx/devkit';
import { ToolError, UserError } from '@bringup/process';
import { isFrozen, runTask, type Task } from './task.js';

it.each([
  [{}, false],
  [{ CI: 'true' }, true],
  [{ CI: '1' }, true],
  [{ CI: 'woodpecker' }, true],
  [{ CI: '' }, false],
  [{ CI: '0' }, false],
  [{ CI: 'false' }, false],
  [{ BRINGUP_FROZEN: '1' }, true],
  [{ BRINGUP_FROZEN: '0', CI: 'true' }, false],
  [{ BRINGUP_FROZEN: 'false', CI: 'true' }, false],
  [{ BRINGUP_FROZEN: '', CI: 'true' }, false],
  [{ BRINGUP_FROZEN: 'true', CI: 'false' }, true],
])('isFrozen %j: %s', (env, expected) => expect(isFrozen(env)).toBe(expected));

describe('runTask', () => {
  let said: string[];
  beforeEach(() => {
    said = [];
    jest.spyOn(console, 'error').mockImplementation((line) => void said.push(String(line)));
  });
  afterEach(() => jest.restoreAllMocks());

  const context = (more: Partial<ExecutorContext> = {}): ExecutorContext => ({
    root: '/ws',
    cwd: '/ws',
    isVerbose: false,
    projectName: 'kernel',
    nxJsonConfiguration: {},
    projectGraph: { nodes: {}, dependencies: {} },
    projectsConfigurations: {
      version: 2,
      projects: {
        kernel: {
          root: 'lib/kernel',
          targets: { image: { executor: '@bringup/nx:kernel', options: { arch: 'arm64' } }, config: {} },
        },
        plain: { root: 'lib/plain', targets: {} },
      },
    },
    ...more,
  });
  const failing = (error: unknown, more?: Partial<ExecutorContext>) =>
    runTask(context(more), () => Promise.reject(error));

  it('names the project once, also for a message that begins with it', async () => {
    for (const message of ['drives: no such file', 'kernel: drives: no such file'])
      await failing(new UserError('IMAGE_MISSING', message));
    expect(said).toEqual(Array(2).fill('kernel: drives: no such file'));
  });

  it('describes the task by its context', async () => {
    let task!: Task;
    expect(await runTask(context(), async (given) => void (task = given))).toEqual({ success: true });
    expect(task).toMatchObject({
      workspaceRoot: '/ws',
      project: 'kernel',
      projectRoot: 'lib/kernel',
      hasConfigTarget: true,
      declaration: { kind: 'kernel', target: 'image' },
    });
    expect(task.declarationOf('plain')).toBeUndefined();
    expect(task.declarationOf('nobody')).toBeUndefined();
    task.note('hello');
    task.command('make');
    expect(said).toEqual(['kernel: hello']);
  });

  it.each([
    ['of the default variant', undefined, 'kernel:image'],
    ['of a variant', 'tiny', 'kernel:image:tiny'],
  ])('knows what Nx hashed for the task %s', async (_what, configurationName, id) => {
    let task!: Task;
    const hashDetails = { command: '1', nodes: { 'runtime:sh a.sh': '2', 'kernel:TsConfig': '3' } };
    const taskGraph = { tasks: { [id]: { hashDetails } } } as unknown as ExecutorContext['taskGraph'];
    const given = context({ targetName: 'image', configurationName, taskGraph });
    await runTask(given, async (described) => void (task = described));
    expect([...task.runtimeHashes]).toEqual([['sh a.sh', '2']]);
  });

  it.each([new UserError('NOT_BUILT', 'correct this'), new ToolError('TOOL_FAILED', 'make failed')])(
    'shows an error of its own as one message: %s',
    async (error) => {
      expect(await failing(error)).toEqual({ success: false });
      expect(said).toEqual([`kernel: ${error.message}`]);
    },
  );

  it('shows the stack of its own errors in verbose mode, and that of others always', async () => {
    await failing(new UserError('NOT_BUILT', 'correct this'), { isVerbose: true });
    await failing(new TypeError('a bug'));
    await failing('not even an error');
    expect(said[0]).toMatch(/UserError: correct this\n\s+at /);
    expect(said[1]).toMatch(/TypeError: a bug\n\s+at /);
    expect(said[2]).toBe('not even an error');
  });

  it.each([
    ['ENOSPC', 'no space left on the device that holds /ws/dist/kernel: free some and run again'],
    ['EDQUOT', 'no space left on the device that holds /ws/dist/kernel: free some and run again'],
    [
      'EACCES',
      '/ws/dist/kernel/Image: permission denied (EACCES). Grant this user write permission, or choose another directory',
    ],
    ['EROFS', '/ws/dist/kernel/Image: the file system is read-only (EROFS). Choose a writable directory'],
  ])('says what the host refuses: %s', async (code, message) => {
    const error = Object.assign(new Error(`${code}: x, open`), {
      code,
      syscall: 'open',
      path: '/ws/dist/kernel/Image',
    });
    expect(await failing(error)).toEqual({ success: false });
    expect(said).toEqual([`kernel: ${message}`]);
  });

  it('shows commands in verbose mode', async () => {
    await runTask(context({ isVerbose: true }), async (task) => task.command('make -C /src'));
    expect(said).toEqual(['+ make -C /src']);
  });

  it('stops the work when Nx is asked to end, and leaves no handler behind', async () => {
    const before = process.listenerCount('SIGTERM');
    const stopped = runTask(
      context(),
      ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    process.emit('SIGTERM', 'SIGTERM');
    expect(await stopped).toEqual({ success: false });
    expect(said).toEqual(['kernel: stopped: SIGTERM']);
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
