import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildProgram } from './build-program.js';
import { probeRustLibrary } from './rust.js';
import { planRust } from './rust-plan.js';
import { checkProgram, probeProgramTools, programToolNames, type ProgramSettings } from './settings.js';

// Real compilers, on a machine that may have much else to do.
const SETTINGS: ProgramSettings = {
  arch: 'x86_64',
  crossCompile: 'x86_64-linux-gnu-',
  sources: ['app/main.rs'],
  output: 'app',
  static: true,
  libc: true,
  compilerFlags: ['-Copt-level=s'],
  linkerFlags: [],
  strip: true,
};

const HELLO = {
  'app/main.rs': 'mod greet;\nfn main() { println!("{}{}", greet::hello(), include_str!("name.txt")); }\n',
  'app/greet.rs': 'pub fn hello() -> &\'static str { "hello " }\n',
  'app/name.txt': 'world',
};
const MODULES = ['app/greet.rs', 'app/name.txt'];

/** Ends by exit_group(7), system call 231 of x86_64. */
const FREESTANDING = {
  'app/main.rs': `#![no_std]
#![no_main]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }
#[no_mangle]
pub unsafe extern "C" fn _start() -> ! { core::arch::asm!("syscall", in("rax") 231, in("rdi") 7, options(noreturn)) }
`,
};

const directories: string[] = [];
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true })));

async function build(
  files: Record<string, string>,
  settings: Partial<ProgramSettings> = {},
  headers: string[] = [],
) {
  const directory = mkdtempSync(join(tmpdir(), 'bringup rust-spec-'));
  directories.push(directory);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  const artifacts = await buildProgram({
    settings: { ...SETTINGS, ...settings },
    directory,
    headers,
    out: join(directory, '.bringup/out'),
  });
  return { directory, artifacts };
}

const readelf = (what: string, file: string) =>
  execFileSync('readelf', ['--wide', what, file], { encoding: 'utf8' });

describe('planRust', () => {
  const argv = (change: Partial<ProgramSettings> = {}) =>
    planRust({ ...SETTINGS, ...change }, '/ws', 'out').link.argv as readonly string[];

  it('compiles and links one crate with nothing of this machine in the result', () => {
    expect(argv()).toEqual([
      'rustc',
      '-g',
      '--crate-type=bin',
      '--crate-name=app',
      '--target=x86_64-unknown-linux-gnu',
      '--remap-path-prefix=/ws=/usr/src/bringup/source',
      '--out-dir=out',
      '--emit=dep-info=out/app.linked.rs.d,link=out/app.linked',
      '--edition=2021',
      '-Clinker=x86_64-linux-gnu-gcc',
      '-Ctarget-feature=+crt-static',
      '-Crelocation-model=static',
      '-Copt-level=s',
      '-Clink-arg=-Wl,-z,noexecstack',
      `-Clink-arg=-Wl,--build-id=0x${'0'.repeat(40)}`,
      '-Clink-arg=-Wl,--dependency-file=out/app.linked.d',
      'app/main.rs',
    ]);
  });

  it.each<[string, Partial<ProgramSettings>, string[]]>([
    ['static', { static: false }, ['-Ctarget-feature=-crt-static']],
    ['libc', { libc: false }, ['-Cpanic=abort', '-Clink-arg=-nostdlib', '-Clink-arg=-Wl,--entry=_start']],
    ['entry', { entry: 'go' }, ['-Clink-arg=-Wl,--require-defined=go']],
    ['linkerFlags', { linkerFlags: ['-Wl,-z,noseparate-code'] }, ['-Clink-arg=-Wl,-z,noseparate-code']],
    ['arch', { arch: 'riscv64' }, ['--target=riscv64gc-unknown-linux-gnu']],
    ['output', { output: '9-lives' }, ['--crate-name=p9_lives']],
    ['compilerFlags', { compilerFlags: ['--edition=2018'] }, ['--edition=2018']],
  ])('%s changes it', (_option, change, has) => {
    expect(argv(change)).toEqual(expect.arrayContaining(has));
    expect(argv(change).filter((word) => word.startsWith('--edition'))).toHaveLength(1);
  });
});

describe('checkProgram', () => {
  it('refuses more than one root, and C beside it', () => {
    for (const other of ['app/b.rs', 'app/b.c']) {
      const sources = ['app/main.rs', other];
      expect(() => checkProgram({ ...SETTINGS, sources })).toThrow(/root of one crate/);
    }
  });

  it.each([
    '-Os',
    '-C',
    '-Clinker=cc',
    '-Clink-arg=x.o',
    '-Cincremental=/tmp',
    '--emit=asm',
    '-L/usr/lib',
    '-lssl',
    '--extern=a',
  ])('refuses %s', (flag) => {
    expect(() => checkProgram({ ...SETTINGS, compilerFlags: [flag] })).toThrow(`${flag} is refused`);
  });

  it("refuses the host's CPU, and no flag that only says how to compile", () => {
    expect(() => checkProgram({ ...SETTINGS, compilerFlags: ['-Ctarget-cpu=native'] })).toThrow(
      /depend on the CPU/,
    );
    const compilerFlags = [
      '-O',
      '-Copt-level=3',
      '-Clto=fat',
      '-Cpanic=abort',
      '--edition=2018',
      '-Dwarnings',
    ];
    checkProgram({
      ...SETTINGS,
      compilerFlags: [...compilerFlags, '--cfg=feature="x"', '-Ctarget-cpu=x86-64-v2'],
    });
  });
});

it('locks compiler, standard library and linker', async () => {
  const versions = await probeProgramTools(SETTINGS);
  expect(Object.keys(versions)).toEqual(programToolNames(SETTINGS));
  expect(versions.rustc).toMatch(/^rustc \d+\.\d+/);
  expect(versions['rust-std-x86_64-unknown-linux-gnu']).toMatch(/^libstd-\w+\.rlib sha256:[0-9a-f]{16}$/);
});

it('names what has the standard library of another architecture', async () => {
  await expect(probeRustLibrary('riscv64')).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: expect.stringMatching(
      /no standard library for riscv64gc-unknown-linux-gnu[^]*rustup target add riscv64gc[^]*apt-get install libstd-rust-dev:riscv64/,
    ),
  });
});

describe('buildProgram', () => {
  it('makes a static program of a crate, its modules and the files it takes in', async () => {
    const { artifacts, directory } = await build(HELLO, {}, MODULES);
    expect(Object.keys(artifacts)).toEqual(['app', 'app.debug']);
    expect(readelf('-hl', artifacts.app!)).toMatch(/EXEC[^]*GNU_STACK.* RW /);
    expect(readelf('-l', artifacts.app!)).not.toContain('INTERP');
    expect(readelf('-S', artifacts.app!)).not.toContain('.debug_info');
    expect(readelf('-S', artifacts['app.debug']!)).toContain('.debug_info');
    if (process.arch === 'x64') {
      expect(execFileSync(artifacts.app!, { encoding: 'utf8' })).toBe('hello world\n');
    }
    expect(readdirSync(directory).sort()).toEqual(['.bringup', 'app']);
  });

  it('makes the same bytes in another directory', async () => {
    const [first, second] = [await build(HELLO, {}, MODULES), await build(HELLO, {}, MODULES)];
    for (const name of ['app', 'app.debug']) {
      expect(readFileSync(first.artifacts[name]!).equals(readFileSync(second.artifacts[name]!))).toBe(true);
    }
    expect(readFileSync(first.artifacts['app.debug']!, 'latin1')).not.toContain(first.directory);
  });

  it('makes a program without the standard library', async () => {
    const { artifacts } = await build(FREESTANDING, { libc: false });
    expect(readelf('-l', artifacts.app!)).not.toContain('INTERP');
    expect(readFileSync(artifacts.app!).length).toBeLessThan(16 * 1024);
    if (process.arch !== 'x64') return;
    expect(() => execFileSync(artifacts.app!)).toThrow(expect.objectContaining({ status: 7 }));
  });

  it.each(MODULES)('refuses %s when it is not listed', async (file) => {
    const listed = MODULES.filter((name) => name !== file);
    await expect(build(HELLO, {}, listed)).rejects.toMatchObject({
      code: 'FILE_NOT_LISTED',
      message: expect.stringContaining(`"headers": ["${file}"]`),
    });
  });

  it.each<[string, Record<string, string>, Partial<ProgramSettings>, string, RegExp]>([
    [
      "the compiler's errors",
      { 'app/main.rs': 'fn main() {\n    nope();\n}\n' },
      {},
      'COMPILE_FAILED',
      /^app\/main\.rs does not compile:\n {2}error\[E0425\][^\n]*\n {3}--> app\/main\.rs:2:5/,
    ],
    [
      'a symbol that nothing defines',
      { 'app/main.rs': 'extern "C" { fn nope(); }\nfn main() { unsafe { nope() } }\n' },
      {},
      'LINK_FAILED',
      /undefined reference to `nope'/,
    ],
    [
      'an entry that nothing defines',
      FREESTANDING,
      { libc: false, entry: 'go' },
      'ENTRY_MISSING',
      /defines go/,
    ],
  ])('shows %s', async (_what, files, settings, code, message) => {
    const failed = build(files, settings);
    await expect(failed).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(existsSync(join(directories.at(-1)!, 'main'))).toBe(false);
  });
});
