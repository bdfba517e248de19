import type { SymbolPlan } from './session-model.js';
import { formatSessionDescription, formatSessionScript, type Session } from './session-script.js';
import { gdbArgv } from './gdb-session.js';

const phase = { file: '/ws/vm "x"', sourcePaths: [['/usr/src/bringup/source', '/src']] as const, offset: 0n };
const session = (plan: Partial<SymbolPlan> = {}, more: Partial<Session> = {}): Session => ({
  directory: '/run/x',
  target: '/run/x/gdb',
  plan: { phases: [phase], ...plan },
  vmlinux: {
    ...{ machine: '', entry: 0n, segments: [], hasSymbols: true, hasDebugInfo: true, buildId: 'abcd' },
    sections: [{ name: '.notes', address: 0xffffffc008361878n, size: 0x54n }],
  },
  modules: [{ path: '/ws/hello.ko', buildId: '01' }],
  interactive: false,
  ...more,
});

it('connects once the symbols are there, and runs to the stop', () => {
  expect(formatSessionScript(session({ runTo: { address: 0x40200000n } }))).toBe(
    [
      '# Made anew for each session by the debug target of a board.',
      'set pagination off',
      'set confirm off',
      'source /run/x/session.py',
      'target remote /run/x/gdb',
      'python watch()',
      'python run_to("*0x40200000")',
      'set confirm on',
      '',
    ].join('\n'),
  );
});

it.each([
  [undefined, []],
  [{ symbol: 'start_kernel' }, ['python run_to("start_kernel")']],
  ['phase' as const, ['continue']],
])('runs to %j', (runTo, lines) => {
  const text = formatSessionScript(session({ runTo }, { interactive: true }));
  expect(text.split('\n').slice(6)).toEqual([...lines, 'set confirm on', 'set pagination on', '']);
});

it('writes addresses of 64 bits as text', () => {
  const check = { address: 0x40200000n, offset: 1n << 63n };
  expect(JSON.parse(formatSessionDescription(session({ check })))).toEqual({
    phases: [{ file: '/ws/vm "x"', sourcePaths: [['/usr/src/bringup/source', '/src']], offset: '0' }],
    notes: { address: '18446743798969407608', size: '84', buildId: 'abcd' },
    check: { address: '1075838976', offset: '9223372036854775808' },
    modules: [{ path: '/ws/hello.ko', buildId: '01' }],
    interactive: false,
  });
});

it('refuses a line break in a path, which would be a command of its own', () => {
  const work = () => formatSessionScript(session({}, { target: '/run/a\nshell rm' }));
  expect(work).toThrow(expect.objectContaining({ code: 'PATH_UNUSABLE' }) as Error);
});

it("reads the user's .gdbinit only for the user", () => {
  const run = { program: 'gdb', script: '/run/x/session.gdb', batch: false };
  expect(gdbArgv(run)).toEqual(['gdb', '--quiet', '-x', '/run/x/session.gdb']);
  expect(gdbArgv({ ...run, batch: true, commands: '/ws/c' })).toEqual(
    ['gdb', '--nx', '--batch', '-x', '/run/x/session.gdb', '-x', '/ws/c'], //
  );
});
