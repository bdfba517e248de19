import { cleanConsoleText, withoutTrailingMessages } from '../doctor/console-text.js';
import { isRefused, parseReply, planTyping } from './guest-shell.js';

describe('the typed form of a command', () => {
  it('never holds its own markers, and keeps the command on lines of its own', () => {
    const typed = planTyping('echo "a" # b', 3);
    expect(typed.split('\n')).toContain('echo "a" # b');
    expect(typed).not.toMatch(/__bringup_(begin|end)/);
  });

  it('escapes what a line editor would act on', () => {
    expect(planTyping('a\tü', 0)).toContain(`eval "$(printf 'a\\011\\303\\274')"`);
  });
});

describe('parseReply', () => {
  const whole = '> __bringup_begin_0__\nout\n__bringup_end_0__:0\n';
  it.each(Array.from(whole, (_, length) => length))('waits for the rest after %d characters', (length) => {
    expect(parseReply(whole.slice(0, length), 0)).toBeUndefined();
  });

  it('keeps the output, with and without kernel messages', () => {
    const text = whole.replace('ut', '[    1.000000] usb 1\nut');
    expect(parseReply(text, 0)).toEqual({
      output: 'o[    1.000000] usb 1\nut\n',
      quietOutput: 'out\n',
      exitCode: 0,
    });
  });

  it('does not take the markers of another command', () => expect(parseReply(whole, 1)).toBeUndefined());

  it('takes a syntax error for a refusal only when the shell says so', () => {
    expect(isRefused('sh: syntax error: x', 0, 'fi')).toBe(true);
    expect(isRefused('echo syntax error', 0, 'echo syntax error')).toBe(false);
    expect(isRefused(`${whole}syntax error`, 0, 'x')).toBe(false);
  });
});

it('cleans console text of control sequences and carriage returns', () => {
  expect(cleanConsoleText('\u001b[1;31ma\u001b[0m\r\r\nb\r\n# \u001b[6n')).toBe('a\nb\n# ');
  expect(withoutTrailingMessages('# [    1.000000] a\n[   10.000000] b\n')).toBe('# ');
});
