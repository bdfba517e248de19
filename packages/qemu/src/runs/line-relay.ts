/** A prompt is a line that never ends: an incomplete line is passed on after this time. */
const IDLE_MS = 300;

/** Passes text on in whole lines. */
interface LineRelay {
  push(text: string): void;
  /** Passes on what is left. */
  end(): void;
}

/**
 * A serial console comes in single characters, and a task runner that reads them through a pipe makes a line of each
 * piece it gets: so they are put together first. Nothing is added or left out.
 */
export function createLineRelay(write: (text: string) => void): LineRelay {
  let pending = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    if (pending !== '') write(pending);
    pending = '';
  };
  return {
    push: (text) => {
      clearTimeout(timer);
      pending += text;
      const end = pending.lastIndexOf('\n') + 1;
      if (end > 0) write(pending.slice(0, end));
      pending = pending.slice(end);
      if (pending !== '') timer = setTimeout(flush, IDLE_MS);
    },
    end: () => {
      clearTimeout(timer);
      flush();
    },
  };
}
