import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mergeCompileCommands, parseCommandFile, readCompileCommands } from './compile-commands.js';

const parse = (line: string) => parseCommandFile(`${line}\n\nsource_x.o := x.c\n`, '/out');

describe('parseCommandFile', () => {
  it.each([
    ["Linux's", 'cmd_init/main.o := gcc -c -o init/main.o /src/init/main.c', '/src/init/main.c'],
    ["Linux's since 6.7", 'savedcmd_init/main.o := gcc -c -o init/main.o /src/a.c', '/src/a.c'],
    [
      "with objtool's behind it",
      'cmd_a.o := gcc -c -o a.o /src/a.c ; ./tools/objtool/objtool a.o',
      '/src/a.c',
    ],
    ['of a file that make generated', 'cmd_a.o := gcc -c -o a.o usr/a.c', '/out/usr/a.c'],
    ["a module's", 'cmd_/m/hello.o := gcc -I./include -c -o /m/hello.o /m/hello.c', '/m/hello.c'],
  ])('reads the command of a C file: %s', (_what, line, file) => {
    const command = parse(line);
    expect(command).toMatchObject({ directory: '/out', file });
    expect(command!.command).toMatch(/^gcc .*\.c$/);
  });

  it.each([
    ['assembly', 'cmd_a.o := gcc -c -o a.o /src/a.S'],
    ['a link', 'cmd_vmlinux.o := ld -r -o vmlinux.o --whole-archive vmlinux.a'],
    ['a program', 'cmd_scripts/sorttable := gcc -o scripts/sorttable /src/scripts/sorttable.c'],
    ['nothing', ''],
  ])('has none for %s', (_what, line) => expect(parse(line)).toBeUndefined());

  it('reads what make would', () => {
    const call = `gcc -DA='"$$x"' -DB='\\#1' -DC='$(pound)2' -DD='\\"mm/x\\"' -c -o a.o /src/a.c`;
    expect(parse(`cmd_a.o := ${call}`)!.command).toBe(
      `gcc -DA='"$x"' -DB='#1' -DC='#2' -DD='\\"mm/x\\"' -c -o a.o /src/a.c`,
    );
  });

  it.each([
    ['ccache x86_64-linux-gnu-gcc -O2', 'x86_64-linux-gnu-gcc -O2'],
    ['/usr/bin/ccache gcc -O2', 'gcc -O2'],
    ['gcc -Wp,-MMD,mm/.a.o.d -nostdinc', 'gcc -nostdinc'],
    ['gcc -mpreferred-stack-boundary=3 -mno-sse -fconserve-stack', 'gcc -mno-sse'],
    ['gcc -fno-allow-store-data-races -ftrivial-auto-var-init=zero -Wall', 'gcc -Wall'],
    ['aarch64-linux-gnu-gcc -mabi=lp64 -Wa,-march=armv8.5-a -g', 'aarch64-linux-gnu-gcc -g'],
    ['riscv64-linux-gnu-gcc -mabi=lp64 -g', 'riscv64-linux-gnu-gcc -mabi=lp64 -g'],
    ['riscv64-linux-gnu-gcc -march=rv64imac_zicsr_zifencei', 'riscv64-linux-gnu-gcc -march=rv64imac'],
    ['gcc -DX=-fconserve-stack -fno-strict-aliasing', 'gcc -DX=-fconserve-stack -fno-strict-aliasing'],
  ])('leaves out what clang refuses: %s', (call, left) => {
    expect(parse(`cmd_a.o := ${call} /src/a.c`)!.command).toBe(`${left} /src/a.c`);
  });
});

describe('readCompileCommands', () => {
  const out = mkdtempSync(join(tmpdir(), 'bringup-commands-spec-'));
  const write = (path: string, text = '') => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  };
  afterAll(() => rmSync(out, { recursive: true }));

  it('takes what is there, sorted, and leaves out what the kernel does', async () => {
    for (const name of ['b/b', 'a', 'tools/t', 'include/i', 'arch/tools/u']) {
      write(`${name}.c`);
      const object = `${dirname(name)}/.${name.split('/').at(-1)}.o.cmd`;
      write(object, `cmd_${name}.o := gcc -c -o ${name}.o ${name}.c\n`);
    }
    write('.gone.o.cmd', 'cmd_gone.o := gcc -c -o gone.o gone.c\n');
    const found = await readCompileCommands(out);
    expect(found.map(({ file }) => file)).toEqual(
      ['a.c', 'arch/tools/u.c', 'b/b.c'].map((name) => join(out, name)),
    );
    expect(new Set(found.map(({ directory }) => directory))).toEqual(new Set([out]));
  });

  it("gives a module's commands the kernel's directory, where make ran them", async () => {
    write('m/hello.c');
    write(
      'm/.hello.o.cmd',
      `cmd_${out}/m/hello.o := gcc -I./include -c -o ${out}/m/hello.o ${out}/m/hello.c\n`,
    );
    expect(await readCompileCommands(join(out, 'm'), '/kernel/out')).toEqual([
      {
        directory: '/kernel/out',
        file: join(out, 'm/hello.c'),
        command: `gcc -I./include -c -o ${out}/m/hello.o ${out}/m/hello.c`,
      },
    ]);
  });
});

it('merges databases; the first that has a file counts', () => {
  const entry = (file: string, directory: string) => ({ file, directory, command: 'gcc' });
  expect(mergeCompileCommands([[entry('a', '1')], [entry('a', '2'), entry('b', '2')]])).toEqual([
    entry('a', '1'),
    entry('b', '2'),
  ]);
});
