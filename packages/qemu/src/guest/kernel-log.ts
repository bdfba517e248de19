/** In front of a message in the output of dmesg: its level (`dmesg -r`), and its time. */
const PREFIX = /^(?:<\d+>)?(?:\[ *\d+\.\d+\])?(?:\[ *[TC]\d+\])? ?/;

/**
 * Takes the kernel's messages out of what a program printed. On a kernel without CONFIG_PRINTK_TIME nothing but the kernel's own log tells
 * which lines are the kernel's.
 *
 * @param output of the program, with the messages that came in between, in the middle of lines too
 * @param log the output of dmesg
 * @param before the console up to the program: messages of the log that are in it came earlier
 */
export function withoutLogged(output: string, log: string, before: string): string {
  const messages = log
    .split('\n')
    .map((line) => line.replace(PREFIX, ''))
    .filter((message) => message.trim() !== '');
  let rest = output;
  let at = 0;
  for (const message of messages.slice(countEarlier(messages, before))) {
    const found = rest.indexOf(`${message}\n`, at);
    if (found < 0) continue; // It was not for the console (its level), or came after the program.
    rest = rest.slice(0, found) + rest.slice(found + message.length + 1);
    at = found;
  }
  return rest;
}

/** How many messages of the log are in the console already, in their order. Some never get there, because of their level. */
function countEarlier(messages: readonly string[], before: string): number {
  let at = 0;
  let count = 0;
  for (const [index, message] of messages.entries()) {
    const found = before.indexOf(message, at);
    if (found < 0) continue;
    at = found + message.length;
    count = index + 1;
  }
  return count;
}
