#!/usr/bin/env node
/**
 * `npm start`: sets everything up, builds the board virt-arm64 and boots it: to a shell on a terminal; without one
 * it runs the board's test (its commands, power off).
 */
import { bin, runStep, setUp } from './lib/setup.mjs';

await setUp('demo');
runStep(
  'kernel, BusyBox and initramfs for virt-arm64',
  bin('nx', 'run', 'virt-arm64:build', '--outputStyle=stream'),
);
if (process.stdin.isTTY && process.stdout.isTTY) {
  console.log('\n== boot: Ctrl-A X ends the guest\n');
  runStep('', bin('nx', 'run', 'virt-arm64:run'));
} else {
  runStep('boot', bin('nx', 'run', 'virt-arm64:test', '--skip-nx-cache', '--outputStyle=static'));
}
