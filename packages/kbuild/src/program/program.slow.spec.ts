import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { itWhere } from '../../../../jest.abilities.js';
import { parseDependencies, parseLinked } from './dependencies.js';
import { buildProgram } from './build-program.js';
import { planProgram } from './plan.js';
import { checkProgram, programToolNames, type ProgramSettings } from './settings.js';

// Real compilers, on a machine that may have much else to do.
const EXAMPLES = join(__dirname, '../../../../examples/mini-distro');

const SETTINGS: ProgramSettings = {
  arch: 'x86_64',
  crossCompile: 'x86_64-linux-gnu-',
  sources: ['app/main.c'],
  output: 'app',
  static: true,
  libc: true,
  compilerFlags: ['-Os'],
  linkerFlags: [],
  strip: true,
};
const ARM64 = { arch: 'arm64', crossCompile: 'aarch64-linux-gnu-' } as const;
const FREESTANDING = { libc: false, entry: 'main' } as const;

const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';

/** A directory with these files. */
function workspace(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'bringup program-spec-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** Builds with the real compiler; the request has whatever a test gives. */
async function build(
  files: Record<string, string>,
  settings: Partial<ProgramSettings> = {},
  headers: string[] = [],
) {
  const directory = workspace(files);
  const warnings: string[] = [];
  const artifacts = await buildProgram({
    settings: { ...SETTINGS, ...settings },
    directory,
    headers,
    out: join(directory, '.bringup/build/app/default/out'),
    onWarning: (line) => warnings.push(line),
  });
  return { directory, artifacts, warnings };
}

const readelf = (what: string, file: string) =>
  execFileSync('readelf', ['--wide', what, file], { encoding: 'utf8' });
const symbol = (file: string) =>
  /^(\w+) T main$/m.exec(execFileSync('nm', [file], { encoding: 'utf8' }))![1]!;
const bytes = (artifacts: Record<string, string>) =>
  Object.fromEntries(Object.entries(artifacts).map(([name, file]) => [name, readFileSync(file, 'hex')]));

/** Runs a program of this machine's own arch with the given input. */
async function run(program: string, input: string): Promise<{ stdout: string; code: number | null }> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // A line at a time, as a terminal hands them on: the shell of the example takes one read for one line.
  for (const line of input.split(/(?<=\n)/)) {
    const prompts = stdout.length;
    child.stdin.write(line);
    while (stdout.length === prompts) await new Promise((resolve) => setTimeout(resolve, 5));
    while (!stdout.endsWith('# ')) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.stdin.end();
  return { code: await ended, stdout };
}

describe('planProgram', () => {
  const plan = (change: Partial<ProgramSettings> = {}) =>
    planProgram({ ...SETTINGS, ...change }, '/ws', 'out');

  it('compiles, links and strips with nothing of this machine in the result', () => {
    const { compile, link, strip, env } = plan({ sources: ['a/main.c', 'b/my main.S', 'c.s'] });
    expect(compile.map(({ source, object, included }) => [source, object, included])).toEqual([
      ['a/main.c', 'out/0-main.c.o', 'out/0-main.c.o.d'],
      ['b/my main.S', 'out/1-my_main.S.o', 'out/1-my_main.S.o.d'],
      ['c.s', 'out/2-c.s.o', undefined],
    ]);
    expect(compile[0]!.argv).toEqual([
      'x86_64-linux-gnu-gcc',
      '-c',
      '-g',
      '-ffile-prefix-map=/ws=/usr/src/bringup/source',
      '-frandom-seed=0',
      '-Wno-builtin-macro-redefined',
      '-D__TIMESTAMP__="Thu Jan  1 00:00:00 1970"',
      '-Os',
      ...['-MD', '-MF', 'out/0-main.c.o.d'],
      '-Wa,--MD,out/0-main.c.o.as.d',
      ...['-o', 'out/0-main.c.o'],
      'a/main.c',
    ]);
    expect(link.argv).toEqual([
      'x86_64-linux-gnu-gcc',
      '-static',
      '-ffile-prefix-map=/ws=/usr/src/bringup/source',
      ...['-z', 'noexecstack'],
      `-Wl,--build-id=0x${'0'.repeat(40)}`,
      '-Wl,--dependency-file=out/app.linked.d',
      ...compile.map(({ object }) => object),
      ...['-o', 'out/app.linked'],
    ]);
    expect(strip!.argvs).toEqual([
      ['x86_64-linux-gnu-strip', '--strip-all', '-o', 'out/app', 'out/app.linked'],
      ['x86_64-linux-gnu-strip', '--only-keep-debug', '-o', 'out/app.debug', 'out/app.linked'],
    ]);
    expect(env).toMatchObject({ SOURCE_DATE_EPOCH: '0', TMPDIR: 'out', LC_ALL: 'C' });
  });

  it.each<[string, Partial<ProgramSettings>, string[], string[]]>([
    ['static', { static: false }, [], ['-static']],
    ['libc', { libc: false }, ['-nostdlib', '-static', '-lgcc', '-Wl,--require-defined=_start'], []],
    ['entry', { entry: 'go' }, ['-Wl,--entry=go', '-Wl,--require-defined=go'], []],
    ['linkerFlags', { linkerFlags: ['-lm'] }, ['-lm'], []],
    ['crossCompile', ARM64, ['aarch64-linux-gnu-gcc'], ['x86_64-linux-gnu-gcc']],
    ['output', { output: 'x' }, ['out/x.linked'], ['out/app.linked']],
  ])('%s changes how it is linked', (_option, change, has, lacks) => {
    const argv = plan(change).link.argv as readonly string[];
    expect(argv).toEqual(expect.arrayContaining(has));
    expect(argv.filter((word) => lacks.includes(word))).toEqual([]);
  });

  it('strips when it is to', () => expect(plan({ strip: false }).strip).toBeUndefined());

  it('compiles without the C library as code that has none', () => {
    const free = ['-ffreestanding', '-fno-stack-protector', '-fno-pie'];
    expect(plan({ libc: false }).compile[0]!.argv).toEqual(expect.arrayContaining(free));
    expect(plan({ libc: false, compilerFlags: ['-O2'] }).compile[0]!.argv).not.toContain('-Os');
  });
});

it('locks the C library where it is linked', () => {
  const prefix = 'x86_64-linux-gnu-';
  expect(programToolNames(SETTINGS)).toEqual([`${prefix}gcc`, `${prefix}ld`, `${prefix}libc`]);
  expect(programToolNames({ ...SETTINGS, libc: false })).toEqual([`${prefix}gcc`, `${prefix}ld`]);
});

describe('checkProgram refuses', () => {
  it.each<[string, Partial<ProgramSettings>, string, RegExp]>([
    ['an extension', { sources: ['a.c', 'a.cpp'] }, 'SOURCE_FILE_KIND', /a\.cpp is neither \.c/],
    ['a header as source', { sources: ['a.h'] }, 'SOURCE_FILE_KIND', /List included files in "headers"/],
    ['what gcc reads as an option', { sources: ['-o.c'] }, 'SOURCE_FILE_KIND', /Write \.\/-o\.c/],
    ['what gcc reads as a list of options', { sources: ['@a.c'] }, 'SOURCE_FILE_KIND', /Write \.\/@a\.c/],
    ['no source', { sources: [] }, 'NO_SOURCES', /at least one/],
    ['a dynamic program without libc', { static: false, libc: false }, 'OPTIONS_CONFLICT', /loader/],
    ["the manifest's name", { output: 'manifest.json' }, 'OPTIONS_CONFLICT', /output: manifest\.json/],
    ['-o', { compilerFlags: ['-ofile'] }, 'FLAG_REFUSED', /compilerFlags: -ofile/],
    ['-E', { compilerFlags: ['-E'] }, 'FLAG_REFUSED', /-E/],
    ['a response file', { linkerFlags: ['@flags'] }, 'FLAG_REFUSED', /linkerFlags: @flags/],
    ['one of the linker', { linkerFlags: ['-Wl,-z,now,@flags'] }, 'FLAG_REFUSED', /no hash would have them/],
    ['a plugin', { compilerFlags: ['-fplugin=x.so'] }, 'FLAG_REFUSED', /-fplugin/],
    ['another linker', { linkerFlags: ['-fuse-ld=gold'] }, 'FLAG_REFUSED', /-fuse-ld/],
    ["the host's CPU", { compilerFlags: ['-march=native'] }, 'FLAG_REFUSED', /CPU of the machine/],
  ])('%s', (_what, change, code, message) => {
    expect(() => checkProgram({ ...SETTINGS, ...change })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('no flag that only says how to compile or link', () => {
    const compilerFlags = [
      '-O2',
      '-Wall',
      '-Iinclude',
      '-DX=1',
      '-march=x86-64-v2',
      '-std=c11',
      '-include',
      'x.h',
    ];
    const linkerFlags = ['-lm', '-Wl,-z,noseparate-code', '-Llib', '-Wl,-T,link.ld', '-nostartfiles'];
    checkProgram({ ...SETTINGS, sources: ['a.c', 'b.S', 'c.s'], compilerFlags, linkerFlags });
  });
});

it.each([
  ['a.o: a.c \\\n b.h \\\n  c.h\n', ['a.c', 'b.h', 'c.h']],
  ['a.o: a\\ b.c c\\#.h d$$.h\n', ['a b.c', 'c#.h', 'd$.h']],
  ['a.o:\n', []],
  ['', []],
])('parseDependencies %j', (text, names) => expect(parseDependencies(text)).toEqual(names));

it.each([
  ['out/p: \\\n  my x.o \\\n  libc.a\n\nmy x.o:\n\nlibc.a:\n', ['my x.o', 'libc.a']],
  ['out/p: \\\n  x.o\n\nx.o:\n', ['x.o']],
  ['', []],
])('parseLinked %j', (text, names) => expect(parseLinked(text)).toEqual(names));

describe('buildProgram', () => {
  it.each([
    ['x86_64', {}, 'Advanced Micro Devices X86-64'],
    ['arm64', ARM64, 'AArch64'],
  ])('makes a static program with the C library for %s', async (_arch, arch, machine) => {
    const { artifacts } = await build({ 'app/main.c': HELLO }, arch);
    expect(Object.keys(artifacts)).toEqual(['app', 'app.debug']);
    expect(readelf('-h', artifacts.app!)).toMatch(new RegExp(`EXEC[^]*${machine}`));
    expect(readelf('-l', artifacts.app!)).not.toContain('INTERP');
    expect(readelf('-S', artifacts.app!)).not.toMatch(/\.debug_info|\.symtab/);
    expect(readelf('-S', artifacts['app.debug']!)).toMatch(/\.debug_info[^]*\.symtab/);
  });

  it('gives a program and its debug information one build id, which a comment leaves alone', async () => {
    const id = (file: string) => /Build ID: ([0-9a-f]{40})/.exec(readelf('-n', file))![1]!;
    const first = await build({ 'app/main.c': HELLO });
    const commented = await build({ 'app/main.c': `// a comment\n${HELLO}` });
    const changed = await build({ 'app/main.c': HELLO.replace('hello', 'world') });
    const ids = [first, commented, changed].map(({ artifacts }) => id(artifacts.app!));
    expect(id(first.artifacts['app.debug']!)).toBe(ids[0]);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(readFileSync(commented.artifacts.app!).equals(readFileSync(first.artifacts.app!))).toBe(true);
    const debug = (built: typeof first) => readFileSync(built.artifacts['app.debug']!);
    expect(debug(commented).equals(debug(first))).toBe(false);
    expect(readelf('-lW', first.artifacts['app.debug']!)).toMatch(/LOAD +0x\w+ 0x\w+ 0x\w+ 0x000000/);
  });

  it('gives a debugger the lines of a stripped program', async () => {
    const { artifacts } = await build({ 'app/main.c': HELLO });
    const said = execFileSync(
      'addr2line',
      ['-e', artifacts['app.debug']!, '-f', symbol(artifacts['app.debug']!)],
      {
        encoding: 'utf8',
      },
    );
    expect(said).toMatch(/^main\n.*app\/main\.c:2/);
  });

  it('links dynamically, and keeps the debug information, when told to', async () => {
    const { artifacts } = await build({ 'app/main.c': HELLO }, { static: false, strip: false });
    expect(Object.keys(artifacts)).toEqual(['app']);
    expect(readelf('-l', artifacts.app!)).toContain('INTERP');
    expect(readelf('-S', artifacts.app!)).toContain('.debug_info');
  });

  it.each([
    ['as a rule', {}],
    ['optimised by the linker', { compilerFlags: ['-O2', '-flto'], linkerFlags: ['-O2', '-flto'] }],
  ])('makes the same bytes in another directory, with paths and dates in them, %s', async (_how, flags) => {
    const files = {
      'app/main.c':
        '#include <assert.h>\n#include "x.h"\n__attribute__((used)) const char f[] = __FILE__ __DATE__ __TIME__ __TIMESTAMP__;\n' +
        'int main(int c, char **v) { assert(c == X); return helper(); }\n',
      'app/x.h': '#define X 1\nint helper(void);\n',
      'app/helper.S': '.global helper\nhelper: ret\n',
    };
    const settings = { ...ARM64, ...flags, sources: ['app/main.c', 'app/helper.S'] };
    const [first, second] = [
      await build(files, settings, ['app/x.h']),
      await build(files, settings, ['app/x.h']),
    ];
    expect(bytes(first.artifacts)).toEqual(bytes(second.artifacts));
    const [debug, program] = ['app.debug', 'app'].map((name) =>
      readFileSync(first.artifacts[name]!, 'latin1'),
    );
    const text = `${debug}${program}`;
    const shown = ['/usr/src/bringup/source', 'app/main.cJan  1 197000:00:00Thu Jan  1 00:00:00 1970'];
    expect(shown.filter((part) => !text.includes(part))).toEqual([]);
    expect(text.includes(first.directory)).toBe(false);
    expect(readelf('-l', first.artifacts.app!)).toMatch(/GNU_STACK.* RW /);
  });

  it('takes libraries of the C library and its static kin', async () => {
    const main = '#include <math.h>\nint main(int c, char **v) { return (int)cos(c); }\n';
    const { artifacts } = await build({ 'app/main.c': main }, { linkerFlags: ['-lm'] });
    expect(readelf('-h', artifacts.app!)).toMatch(/Type: +EXEC/);
    expect(readelf('-l', artifacts.app!)).not.toContain('INTERP');
  });

  it("shows the compiler's warnings, and builds", async () => {
    const { warnings } = await build(
      { 'app/main.c': 'int main(void) { int x; return 0; }\n' },
      { compilerFlags: ['-Wall'] },
    );
    expect(warnings.join('\n')).toContain("app/main.c:1:22: warning: unused variable 'x'");
  });
});

describe('what was read and is not listed', () => {
  const main = (line: string) => ({ 'app/main.c': `${line}\nint main(void) { return 0; }\n` });
  const refused = (file: string) => ({
    code: 'FILE_NOT_LISTED',
    message: expect.stringContaining(`"headers": ["${file}"]`),
  });

  it('a header beside the source', async () => {
    const files = { ...main('#include "x.h"'), 'app/x.h': '' };
    await expect(build(files)).rejects.toMatchObject(refused('app/x.h'));
    await build(files, {}, ['app/x.h']);
  });

  it('a header found through -I and -isystem, or included by a header', async () => {
    const files = { ...main('#include "a.h"'), 'lib/a.h': '#include <b.h>\n', 'system/b.h': '' };
    const compilerFlags = ['-Ilib', '-isystem', 'system'];
    await expect(build(files, { compilerFlags }, ['lib/a.h'])).rejects.toMatchObject(refused('system/b.h'));
    await build(files, { compilerFlags }, ['lib/a.h', 'system/b.h']);
  });

  it('a header outside of the workspace', async () => {
    const outside = join(workspace({ 'y.h': '' }), 'y.h');
    const files = main(`#include "${outside}"`);
    await expect(build(files)).rejects.toMatchObject(refused(outside));
    await build(files, {}, [outside]);
  });

  it.each([
    ['.incbin of C', 'app/main.c', 'asm(".incbin \\"app/blob\\"");\nint main(void) { return 0; }\n'],
    ['.incbin of assembly', 'app/main.S', '.global main\nmain: ret\n.incbin "app/blob"\n'],
    [
      '.include of assembly that is not preprocessed',
      'app/main.s',
      '.global main\nmain: ret\n.include "app/blob"\n',
    ],
  ])('%s', async (_what, source, text) => {
    const files = { [source]: text, 'app/blob': '# 1\n' };
    await expect(build(files, { sources: [source] })).rejects.toMatchObject(refused('app/blob'));
    await build(files, { sources: [source] }, ['app/blob']);
  });

  it('a library, and a script of the linker', async () => {
    const directory = workspace({ 'x.c': 'int x;\n' });
    execFileSync('x86_64-linux-gnu-gcc', ['-c', '-o', 'x.o', 'x.c'], { cwd: directory });
    const files = main('extern int x; int y(void) { return x; }');
    const linkerFlags = [join(directory, 'x.o')];
    await expect(build(files, { linkerFlags })).rejects.toMatchObject(refused(linkerFlags[0]!));
    await build(files, { linkerFlags }, linkerFlags);
    const script = { ...main(''), 'app/more.ld': 'SECTIONS { .mine : { *(.mine) } } INSERT AFTER .data;\n' };
    const scripted = { linkerFlags: ['-Wl,-T,app/more.ld'] };
    await expect(build(script, scripted)).rejects.toMatchObject(refused('app/more.ld'));
    await build(script, scripted, ['app/more.ld']);
  });
});

describe('failures', () => {
  const free = (line: string) => ({ 'app/main.c': `${line}\nvoid main(void) { for (;;); }\n` });

  it.each<[string, Record<string, string>, Partial<ProgramSettings>, string, RegExp[]]>([
    ['a missing source', {}, {}, 'PROGRAM_FILE_MISSING', [/app\/main\.c does not exist/]],
    [
      'an error of the compiler',
      { 'app/main.c': 'int main(void)\n{\n\treturn x;\n}\n' },
      {},
      'COMPILE_FAILED',
      [
        /^app\/main\.c does not compile:\n {2}app\/main\.c: In function 'main':\n {2}app\/main\.c:3:16: error: 'x'/,
      ],
    ],
    [
      'a header that is not there',
      { 'app/main.c': '#include "nope.h"\n' },
      {},
      'COMPILE_FAILED',
      [/fatal error: nope\.h: No such file/],
    ],
    [
      'an error of the assembler',
      { 'app/main.c': 'int main(void) { asm("bogus"); }\n' },
      {},
      'COMPILE_FAILED',
      [/app\/main\.c:1: Error: no such instruction: `bogus'/],
    ],
    [
      'a symbol that nothing defines',
      { 'app/main.c': 'int f(void); int main(void) { return f(); }\n' },
      {},
      'LINK_FAILED',
      [/app does not link:\n[^]*undefined reference to `f'/, /^(?![^]*links no C library)/],
    ],
    [
      'a call of the C library without it',
      free('void _exit(int); void puts(char *); void f(void) { puts(""); _exit(0); }'),
      FREESTANDING,
      'LINK_FAILED',
      [
        /"libc": false links no C library: puts, _exit must be defined/,
        /\n_exit: a program ends by a system call/,
      ],
    ],
    [
      'the stack protector without the C library',
      free('int g(char *); int f(void) { char x[64]; return g(x); } int g(char *p) { return *p; }'),
      { ...FREESTANDING, ...ARM64, compilerFlags: ['-fstack-protector-all'] },
      'LINK_FAILED',
      [/\n__stack_chk_fail: the stack protector .* Remove -fstack-protector/],
    ],
    [
      'a copy for which gcc calls memcpy',
      free('struct s { char x[4096]; }; void f(struct s *a, struct s *b) { *a = *b; }'),
      { ...FREESTANDING, ...ARM64 },
      'LINK_FAILED',
      [/\nmemcpy: gcc calls it by itself/],
    ],
    [
      'an entry that nothing defines',
      free(''),
      { libc: false },
      'ENTRY_MISSING',
      [/no source defines _start/, /"entry": "main"/],
    ],
    [
      'a wrong entry',
      free(''),
      { libc: false, entry: 'go' },
      'ENTRY_MISSING',
      [/no source defines go/, /Correct the option "entry"/],
    ],
  ])('%s', async (_what, files, settings, code, messages) => {
    const failure = await build(files, settings).then(
      () => undefined,
      (error: { code: string; message: string }) => error,
    );
    expect(failure).toMatchObject({ code });
    for (const message of messages) expect(failure!.message).toMatch(message);
  });

  it.each([
    ['app/nope.h', /^headers: app\/nope\.h does not exist/],
    ['app', /^headers: app is not a file/],
  ])('a header that is listed and is none: %s', async (header, problem) => {
    const building = build({ 'app/main.c': HELLO }, {}, [header]);
    const message = expect.stringMatching(problem);
    await expect(building).rejects.toMatchObject({ code: 'PROGRAM_FILE_MISSING', message });
  });

  it('a compiler that is not there, by its package', async () => {
    const riscv = { arch: 'riscv64', crossCompile: 'riscv64-linux-gnu-missing-' } as const;
    await expect(build({ 'app/main.c': HELLO }, riscv)).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  });

  it('goes by what is there now: nothing of the last build is left', async () => {
    const { directory } = await build({ 'app/main.c': HELLO });
    const out = join(directory, '.bringup/build/app/default/out');
    const request = { settings: SETTINGS, directory, headers: [], out };
    writeFileSync(join(directory, 'app/main.c'), 'broken\n');
    await expect(buildProgram(request)).rejects.toMatchObject({ code: 'COMPILE_FAILED' });
    expect(() => statSync(join(out, 'app'))).toThrow(/ENOENT/);
  });
});

describe('the mini distribution', () => {
  const settings = {
    ...FREESTANDING,
    sources: ['init/shell.c', 'init/sys.S'],
    output: 'init',
    linkerFlags: ['-Wl,-z,noseparate-code'],
  };

  /** The example's sources at a place of their own. */
  async function example(change: Partial<ProgramSettings>) {
    const directory = workspace({});
    cpSync(EXAMPLES, directory, { recursive: true });
    return buildProgram({
      settings: { ...SETTINGS, ...change },
      directory,
      headers: [],
      out: join(directory, '.bringup/out'),
    });
  }

  it('has an init of at most 12 KiB', async () => {
    const { init } = await example(settings);
    expect(statSync(init!).size).toBeLessThanOrEqual(12 * 1024);
    expect(readelf('-l', init!)).toMatch(/GNU_STACK.* RW /);
    expect(readelf('-r', init!)).toContain('no relocations');
  });

  itWhere('x86')('runs programs one after the other (skipped unless on x86_64)', async () => {
    const { hello } = await example({ libc: false, sources: ['hello/hello.S'], output: 'hello' });
    const { init } = await example(settings);
    const { stdout, code } = await run(init!, `${hello}\n\n/nope\n${hello}\n`);
    expect(stdout).toBe('# hello from mini-distro\n# # not found\n# hello from mini-distro\n# ');
    expect(code).toBe(0);
  });
});
