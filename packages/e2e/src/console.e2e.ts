import { nx, REPOSITORY } from './nx-run.js';
import { allProcesses, kill } from './processes.js';
import { Terminal } from './terminal.js';

/** Boards on a real terminal: keys reach the guest, and the terminal is left as it was. */
const MINUTES = 60_000;
const ENVIRONMENT = {
  HOME: process.env.HOME!,
  ...(process.env.BRINGUP_HOME ? { BRINGUP_HOME: process.env.BRINGUP_HOME } : {}),
};
const BOARDS = ['pc-x86_64', 'pc-x86_64-iso', 'virt-arm64-uefi'];

/** This workspace's .env says `false` to both; `true` is what a workspace without one has. */
const NX: [how: string, environment: Record<string, string>][] = [
  ['without its terminal UI', { NX_TUI: 'false', NX_NATIVE_COMMAND_RUNNER: 'false' }],
  ['with its terminal UI', { NX_TUI: 'true', NX_NATIVE_COMMAND_RUNNER: 'true' }],
];

/** All that a guest can leave switched: screen, scroll region, insert mode, keys, mouse, cursor, wrap, colours, line drawing. */
const SWITCH =
  "printf '\\033[?1049h\\033[5;10r\\033[4h\\033[?1h\\033=\\033[?1000h\\033[?25l\\033[?7l\\033[31m\\033(0'";

let terminal: Terminal;

beforeAll(async () => {
  const { exitCode, output } = await nx(['run-many', '-t', 'build', '-p', ...BOARDS], {
    cwd: REPOSITORY,
    env: ENVIRONMENT,
  });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
}, 40 * MINUTES);
afterEach(() => terminal.close());

async function openShell(environment: Record<string, string>): Promise<void> {
  terminal = new Terminal(REPOSITORY, { ...ENVIRONMENT, ...environment });
  await terminal.startShell();
  await terminal.type('before=$(stty -g)');
}

/** Boots a board whose dependencies really run just before. */
async function boot(board: string, ...options: string[]): Promise<void> {
  await terminal.type(['nx', 'run', `${board}:run`, '--skip-nx-cache', ...options].join(' '));
  // The kernel's late messages may follow the prompt on its line.
  await terminal.until(/^\/ #/m, 240);
}

async function endGuest(): Promise<void> {
  await terminal.keys('C-a', 'x');
  await terminal.until(/^host>$/m);
}

async function expectRestored(modes: Record<string, string>): Promise<void> {
  expect(terminal.modes()).toEqual(modes);
  await terminal.type(
    'clear; test "$before" = "$(stty -g)" && echo settings-$((40+2)); printf "%0150d\\n" 7',
  );
  await terminal.until(/^0{49}7$/m);
  expect(terminal.screen()).toMatch(/^settings-42\n0{100}\n0{49}7$/m);
}

describe.each(NX)('a board on a terminal, Nx %s', (_how, environment) => {
  it(
    'gives the guest the keys, Ctrl-C among them, and ends it by Ctrl-A X',
    async () => {
      await openShell(environment);
      const modes = terminal.modes();
      await boot('pc-x86_64');
      await terminal.type('sleep 100');
      await terminal.keys('C-c');
      await terminal.type('echo back-$((40+2))');
      await terminal.until(/^back-42$/m, 20);
      await terminal.type('clear; resize >/dev/null; stty size');
      await terminal.until(/^30 100$/m, 20);
      await terminal.type(SWITCH);
      expect(terminal.modes()).toMatchObject({
        wrap_flag: '0',
        cursor_flag: '0',
        insert_flag: '1',
        alternate_on: '1',
        keypad_flag: '1',
        keypad_cursor_flag: '1',
        mouse_any_flag: '1',
        scroll_region_upper: '4',
        scroll_region_lower: '9',
      });
      await endGuest();
      await expectRestored(modes);
    },
    6 * MINUTES,
  );

  it(
    'wraps long lines again after SeaBIOS',
    async () => {
      await openShell(environment);
      const modes = terminal.modes();
      // SeaBIOS writes to the serial port on a machine without graphics only.
      await boot('pc-x86_64-iso', '--extraArgs=-machine,graphics=off');
      // Or there would be nothing to put right.
      expect(terminal.modes()).toMatchObject({ wrap_flag: '0' });
      await endGuest();
      await expectRestored(modes);
    },
    6 * MINUTES,
  );

  it(
    'writes in its own colours again after UEFI',
    async () => {
      await openShell(environment);
      const modes = terminal.modes();
      await boot('virt-arm64-uefi');
      // EDK2 leaves the background black (SGR 40).
      expect(terminal.styledScreen()).toContain('\u001b[40m');
      await endGuest();
      await expectRestored(modes);
      expect(terminal.styledScreen()).not.toContain('\u001b[');
    },
    6 * MINUTES,
  );
});

it(
  'puts the terminal right when the executor is killed',
  async () => {
    await openShell({});
    const modes = terminal.modes();
    await boot('pc-x86_64');
    await terminal.type('clear');
    await terminal.type(SWITCH);
    const kernel = `${REPOSITORY}/dist/kernel-x86_64/`;
    const qemu = allProcesses().filter(({ argv }) => /^qemu-system/.test(argv) && argv.includes(kernel));
    expect(qemu).toHaveLength(1);
    kill([qemu[0]!.parent], 'SIGKILL');
    await terminal.until(/^host>$/m);
    await expectRestored(modes);
  },
  6 * MINUTES,
);
