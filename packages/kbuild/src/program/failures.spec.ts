import { AbortedError, ToolError, type UserError } from '@bringup/process';
import { describeCompileFailure, describeLinkFailure } from './failures.js';
import type { ProgramSettings } from './settings.js';

const SETTINGS: ProgramSettings = {
  arch: 'arm',
  crossCompile: 'arm-linux-gnueabihf-',
  sources: ['a.c'],
  output: 'tool',
  static: true,
  libc: false,
  compilerFlags: [],
  linkerFlags: [],
  strip: true,
};

const FAILED = new ToolError('TOOL_FAILED', 'gcc failed', { exitCode: 1 });
const message = (error: unknown) => (error as UserError).message;

it.each([
  ['a compiler that was killed', new ToolError('TOOL_FAILED', 'x', { signal: 'SIGKILL' })],
  ['a compiler that is missing', new ToolError('TOOL_MISSING', 'x')],
  ['Ctrl-C', new AbortedError('SIGINT')],
])('returns %s unchanged: no source is at fault', (_what, error) => {
  expect(describeCompileFailure(error, 'a.c', ['a.c:1: error: x'])).toBe(error);
  expect(describeLinkFailure(error, SETTINGS, ['undefined reference to `x'])).toBe(error);
});

it('shows from the first error on, with what it is in, and says how much it leaves out', () => {
  const warnings = Array.from({ length: 50 }, (_, line) => `a.c:${line}:1: warning: unused variable`);
  const errors = [
    "a.c: In function 'f':",
    ...Array.from({ length: 40 }, (_, line) => `a.c:${line}:1: error: no`),
  ];
  const text = message(describeCompileFailure(FAILED, 'a.c', [...warnings, ...errors]));
  expect(text).toMatch(/^a\.c does not compile:\n {2}a\.c: In function 'f':\n {2}a\.c:0:1: error: no\n/);
  expect(text).toMatch(/\n {2}… and 17 more lines$/);
});

it('shows the whole output when no line is an error', () => {
  expect(message(describeCompileFailure(FAILED, 'a.c', ['cc1: out of memory']))).toBe(
    'a.c does not compile:\n  cc1: out of memory',
  );
});

it('explains what libgcc wants on 32-bit arm, once for all references', () => {
  const said = ['(.text+0x6): undefined reference to `raise', "x: undefined reference to `raise'"];
  const text = message(describeLinkFailure(FAILED, SETTINGS, said));
  expect(text).toContain('links no C library: raise must be defined');
  expect(text).toContain("\nraise: libgcc's division calls it");
});
