import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nx, REPOSITORY } from './nx-run.js';
import { allProcesses } from './processes.js';
import { Terminal } from './terminal.js';

/** Sessions of the real gdb with the demo's kernels in QEMU, in the repository itself. */
const MINUTES = 60_000;
const VMLINUX = join(REPOSITORY, 'dist/kernel/vmlinux');
const environment = {
  HOME: process.env.HOME!,
  ...(process.env.BRINGUP_HOME ? { BRINGUP_HOME: process.env.BRINGUP_HOME } : {}),
};

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bringup-debug-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const debug = (board: string, ...more: string[]) =>
  nx(['run', `${board}:debug`, ...more], { cwd: REPOSITORY, env: environment });

/** Runs gdb with these commands, which must succeed. @returns gdb's output */
async function session(
  board: string,
  at: string,
  commands: readonly string[],
  more: readonly string[] = [],
): Promise<string> {
  const file = join(directory, 'commands');
  writeFileSync(file, `${commands.join('\n')}\n`);
  const how = [`--at=${at}`, '--scripted', `--commands=${file}`];
  const { exitCode, output } = await debug(board, ...how, ...more);
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  expect(leftovers()).toEqual([]);
  return output;
}

/** QEMUs and gdbs of debug sessions. */
const leftovers = () =>
  allProcesses()
    .map(({ argv }) => argv)
    .filter((argv) => /bringup-qemu-\w{6}\/(gdb|session\.gdb)/.test(argv));

/** From before the MMU to the kernel's first C function, where the kernel's own commands work. */
const THROUGH_THE_MMU = [
  'info symbol $pc',
  'print/x $pc',
  'hbreak primary_entry',
  'continue',
  'info symbol $pc',
  'break start_kernel',
  'continue',
  'bt',
  'print/x $pc',
  'lx-version',
];

describe('before the MMU', () => {
  it.each([
    ['virt-arm64', '0x40200000'],
    ['virt-arm64-uboot', '0x40400000'],
  ])(
    'stops %s at the first instruction, and has the right symbols behind it',
    async (board, address) => {
      const said = await session(board, 'first-instruction', THROUGH_THE_MMU);
      expect(said).toMatch(/Temporary breakpoint 1, _text \(\)\s+at \S+head\.S:\d+\n\d+\s+efi_signature_nop/);
      expect(said).toContain(`= ${address}\n`);
      expect(said).toMatch(/Breakpoint 2, primary_entry \(\)\s+at \S+head\.S:\d+\n\d+\s+bl\s/);
      expect(said).toMatch(/^primary_entry in section \.init\.text/m);
      expect(said).toMatch(
        /Breakpoint 3, start_kernel \(\) at \S+init\/main\.c:\d+\n\d+\s+char \*command_line;/,
      );
      expect(said).toMatch(/^#0 +start_kernel \(\)[^]*^#1 +0xffff\w+ in __primary_switched \(\)/m);
      expect(said).toMatch(/= 0xffff\w+\n/);
      expect(said).toMatch(/^Linux version 6\.\d+\.\d+.*-bringup/m);
    },
    20 * MINUTES,
  );
});

describe('U-Boot', () => {
  it('is at its reset with its symbols', async () => {
    const said = await session('virt-arm64-uboot', 'u-boot', ['info symbol $pc']);
    expect(said).toMatch(/^_start in section \.text/m);
  });

  it('has its symbols where it moved itself, and the kernel its own behind it', async () => {
    const commands = [
      'print/x $pc',
      'info symbol $pc',
      'bt',
      'hbreak *0x40400000',
      'continue',
      'info symbol $pc',
    ];
    const said = await session('virt-arm64-uboot', 'u-boot-relocated', commands);
    expect(said).toMatch(/^#0 +board_init_r \(new_gd=0x\w+, dest_addr=\d+\)/m);
    expect(said).toMatch(/^board_init_r in section \.text/m);
    expect(said).toMatch(/= 0x4[ef]\w+\n/);
    expect(said).toMatch(/^_text in section \.head\.text|^_head in section \.head\.text/m);
  });
});

it(
  'stops in the init function of a module as it is loaded, and knows its variables',
  async () => {
    const commands = ['break hello_init', 'continue', 'bt 3', 'print who', 'info symbol &who'];
    const said = await session('virt-arm64-hello', 'start_kernel', commands);
    expect(said).toMatch(/^symbols of module hello: \S+\/dist\/hello\/hello\.ko\S*, \.text at 0xffff/m);
    expect(said).toMatch(/Breakpoint 2, hello_init \(\) at \S+hello\.c:\d+\n\d+\s+if \(!proc_create_single/);
    expect(said).toMatch(/^#2 +0xffff\w+ in do_init_module /m);
    expect(said).toMatch(/^\$1 = 0xffff\w+ "board"/m);
    expect(said).toMatch(/^who in section \.data of /m);
  },
  10 * MINUTES,
);

const ASSEMBLY_INIT = `
	.global	_start
_start:	mov	x0, #1
	adr	x1, text
	mov	x2, #6
	mov	x8, #64
	svc	#0
	b	.
text:	.ascii	"hello\\n"
`;

it(
  'single-steps an init in assembly',
  async () => {
    const init = join(directory, 'init');
    const initrd = join(directory, 'init.cpio');
    writeFileSync(`${init}.S`, ASSEMBLY_INIT);
    execFileSync('aarch64-linux-gnu-gcc', ['-g', '-nostdlib', '-static', '-o', init, `${init}.S`]);
    const archive = execFileSync('cpio', ['--create', '--format=newc', '--quiet'], {
      cwd: directory,
      input: 'init\n',
    });
    writeFileSync(initrd, archive);
    const commands = [
      `add-symbol-file ${init}`,
      // The second instruction: stepping the first would lead into the page fault that brings the program in.
      ...['hbreak *(_start + 4)', 'continue', 'print $x0', 'stepi', 'print *(char (*)[6])$x1'],
      ...['stepi', 'stepi', 'print $x8', 'info symbol $pc'],
    ];
    const extra = ['--extraArgs=-initrd', `--extraArgs=${initrd}`];
    const said = await session('virt-arm64', 'start_kernel', commands, extra);
    expect(said).toMatch(/Breakpoint 2, _start \(\) at \S*init\.S:4\n4\s+adr\s+x1, text\n\$1 = 1\n/);
    expect(said).toContain('$2 = "hello\\n"\n');
    expect(said).toContain('$3 = 64\n_start + 16 in section .text of ');
  },
  5 * MINUTES,
);

it(
  'waits for a gdb elsewhere, with --server',
  async () => {
    let said: Promise<string> | undefined;
    let server: number | undefined;
    await nx(['run', 'virt-arm64:debug', '--server'], {
      cwd: REPOSITORY,
      env: environment,
      ownGroup: true,
      outputStyle: 'stream',
      onStart: ({ pid }) => (server = pid),
      onOutput: (output) => {
        const [, script] = /-x (\S+\/session\.gdb)/.exec(output) ?? [];
        if (script === undefined || said) return;
        said = promisify(execFile)('gdb-multiarch', ['--quiet', '--batch', '-x', script, '-ex', 'bt 1']).then(
          ({ stdout }) => stdout,
        );
        // Ctrl-C ends the server, whatever became of gdb.
        said.catch(() => undefined).finally(() => process.kill(-server!, 'SIGINT'));
      },
    });
    expect(await said).toMatch(/^#0 +start_kernel \(\) at \S+init\/main\.c:\d+/m);
    expect(leftovers()).toEqual([]);
  },
  5 * MINUTES,
);

describe('one ends with the other', () => {
  const terminal = new Terminal(REPOSITORY, environment);
  afterEach(() => terminal.close());

  it(
    'on a terminal: Ctrl-C stops the guest, gdb takes the guest along, and the guest gdb',
    async () => {
      terminal.start('virt-arm64:debug');
      await terminal.until(/start_kernel \(\)[^]*\(gdb\) *$/m, 120);
      await terminal.type('continue');
      await terminal.until(/Continuing\./);
      await terminal.keys('C-c');
      await terminal.until(/SIGINT, Interrupt\.[^]*\(gdb\) *$/m);
      expect(leftovers().length).toBeGreaterThan(0);
      await terminal.type('quit');
      await terminal.until(/Quit anyway\?/);
      await terminal.type('y');
      await terminal.until(/Successfully ran target debug/);
      expect(leftovers()).toEqual([]);

      terminal.start('virt-arm64:debug', '--at=reset');
      await terminal.until(/\(gdb\) *$/m, 120);
      await terminal.type('monitor quit');
      await terminal.until(/the board has ended, and the session with it/);
      await terminal.until(/Successfully ran target debug/);
      expect(leftovers()).toEqual([]);
    },
    5 * MINUTES,
  );
});

describe('says what is wrong', () => {
  it(
    'with a kernel without debug information: the variant that has it',
    async () => {
      const { exitCode, output } = await debug('pc-x86_64');
      expect(exitCode).not.toBe(0);
      expect(output).toMatch(
        /vmlinux has no debug information\..*preset:debug: nx run pc-x86_64:debug -c debug/,
      );
    },
    20 * MINUTES,
  );

  it('with symbols of another kernel, direct and in memory', async () => {
    const bytes = readFileSync(VMLINUX);
    const text = execFileSync('readelf', ['--notes', VMLINUX], { encoding: 'utf8' });
    const id = /Build ID: (\w+)/.exec(text)![1]!;
    const other = join(directory, 'vmlinux');
    Buffer.alloc(20, 0xaa).copy(bytes, bytes.indexOf(Buffer.from(id, 'hex')));
    writeFileSync(other, bytes);
    const how = ['--scripted', `--vmlinux=${other}`];
    for (const board of ['virt-arm64', 'virt-arm64-uboot']) {
      const { exitCode, output } = await debug(board, ...how);
      expect(exitCode).not.toBe(0);
      expect(output).toContain(
        `the kernel that boots has build id ${id}, the symbols in ${other} are of ${'aa'.repeat(20)}`,
      );
    }
  });

  it('with a stripped file', async () => {
    const stripped = join(directory, 'stripped');
    execFileSync('aarch64-linux-gnu-strip', ['-o', stripped, VMLINUX]);
    const { output } = await debug('virt-arm64', `--vmlinux=${stripped}`);
    expect(output).toMatch(/stripped is stripped: it has no symbols/);
  });

  it('with a port that is taken, a gdb that is not there, a board without U-Boot', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const taken = await debug('virt-arm64', '--scripted', `--port=${port}`);
    await new Promise((resolve) => server.close(resolve));
    expect(taken.output).toContain(String(port));
    expect(taken.exitCode).not.toBe(0);
    const missing = await debug('virt-arm64', '--debugger=gdb-of-nobody');
    expect(missing.output).toMatch(/gdb-of-nobody.*apt-get install gdb-multiarch/);
    const none = await debug('virt-arm64', '--scripted', '--at=u-boot');
    expect(none.output).toMatch(/cannot stop at u-boot: this board does not boot through U-Boot/);
  });

  it('with a command that fails', async () => {
    const file = join(directory, 'bad');
    writeFileSync(file, 'print no_such_symbol_anywhere\n');
    const how = ['--scripted', `--commands=${file}`];
    const { exitCode, output } = await debug('virt-arm64', ...how);
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/No symbol "no_such_symbol_anywhere"/);
    expect(output).toMatch(/ended with exit code 1: a command failed/);
  });
});
