// A process that owns a sleeping group and a directory the way reaper.ts has it, for the SIGKILL test.
const { spawn } = require('node:child_process');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const reaper = spawn(process.execPath, [join(__dirname, '..', 'reaper-main.js')], {
  stdio: ['pipe', 'ignore', 'ignore'],
  detached: true,
});
const sleeper = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
const directory = mkdtempSync(join(tmpdir(), 'bringup-owner-'));
reaper.stdin.write(`${JSON.stringify({ add: 'group', value: sleeper.pid })}\n`);
reaper.stdin.write(`${JSON.stringify({ add: 'directory', value: directory })}\n`);
setTimeout(() => console.log(JSON.stringify({ pid: sleeper.pid, directory })), 100);
setInterval(() => undefined, 1000);
