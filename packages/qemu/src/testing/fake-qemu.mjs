#!/usr/bin/env node
/**
 * A stand-in for QEMU: a boot log, a prompt, and a shell with the echo, the CRLF and the `> ` prompts of a
 * real serial console. `-scenario NAME` (the last argument) says what goes wrong.
 */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

const scenario = process.argv.at(-1);
const print = (text) => process.stdout.write(text.replaceAll('\n', '\r\n'));
const PANIC = '[    0.700000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\n';
const PROMPT = '/ # \u001b[6n';

function end(code) {
  process.exitCode = code;
  process.stdin.destroy();
}

function panic() {
  print(PANIC);
  setTimeout(() => {
    print('[    0.700001] ---[ end Kernel panic ]---\n');
    end(0);
  }, 30);
}

/** Runs the collected lines; a kernel message cuts the output in the middle of its closing marker. */
function run(lines) {
  const { stdout } = spawnSync('sh', ['-c', lines.join('\n')], { encoding: 'utf8' });
  const noisy = stdout.replace('__bringup_end', '__bri[    2.000000] random: crng init done\nngup_end');
  print(scenario === 'noise' ? noisy : scenario === 'ticks' ? ticking(lines, stdout) : stdout);
}

const ticks = [];

/** A kernel without time stamps, whose messages cut lines and markers, and a dmesg that has them. */
function ticking(lines, stdout) {
  if (lines.includes('dmesg')) {
    const log = ['Linux version 6.1.0', ...ticks].map((message) => `${message}\n`).join('');
    const [, begin, end] = /^(__bringup_begin_\d+__)[^]*(__bringup_end_\d+__:)/.exec(stdout);
    return `${begin}\n${begin}\n${log}${end}0\n${end}0\n`;
  }
  const tick = () => {
    ticks.push(`lab: tick ${ticks.length + 1}`);
    return `${ticks.at(-1)}\n`;
  };
  return stdout
    .replace('line1\n', () => `li${tick()}ne1\n${tick()}`)
    .replace('__bringup_end', () => `__bring${tick()}up_end`);
}

let lines = [];
let loading = scenario === 'firmware';
function onLine(line) {
  if (loading) return;
  print(`${line}\n`);
  if (scenario === 'refuse' && line.startsWith('}')) return print('sh: syntax error: unexpected "}"\n/ # ');
  if (scenario === 'hang-command') return;
  if (scenario === 'panic-command') return panic();
  if (scenario === 'die-command') return end(3);
  if (lines.length === 0 && line === 'poweroff -f')
    return scenario === 'no-power-switch' ? undefined : end(0);
  if (lines.length === 0 && line === '') return print(PROMPT);
  lines.push(line);
  if (!line.startsWith('}')) return print('> ');
  run(lines);
  lines = [];
  print(PROMPT);
}

const starts = {
  silent: () => undefined,
  'exit-early': () => {
    process.stderr.write("qemu: could not load kernel 'vmlinux'\n");
    end(1);
  },
  panic: () => panic(),
  'no-shell': () => print('[    0.500000] Run /init as init process\n'),
  firmware: () => {
    // U-Boot's console is slow: a heading may come in two pieces. Keys typed now are lost.
    print('## ');
    setTimeout(() => {
      print(`Flattened Device Tree blob at 40000000\n${PROMPT}`);
      loading = false;
    }, 100);
  },
  'unstamped-behind-prompt': () => print(`/ # random: crng init done\nlab: another\n`),
  'warn-in-boot': () =>
    print(`[    0.500000] WARNING: CPU: 0 PID: 1 at lab/lab.c:44 lab_init+0x24/0x30\n${PROMPT}`),
  'message-behind-prompt': () => print(`${PROMPT}[    0.600000] random: crng init done\n`),
};

if (scenario !== 'silent' && scenario !== 'exit-early') print('[    0.000000] Linux version 6.1.0\n');
(starts[scenario] ?? (() => print(`ready\n${PROMPT}`)))();
createInterface({ input: process.stdin }).on('line', onLine);
