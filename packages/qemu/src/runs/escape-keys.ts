/** Ctrl-A, the escape of QEMU's multiplexed console, which takes what follows: X ends it, C is its monitor, H is help. */
const ESCAPE = 0x01;
const DETACH = new Set([...'dD'].map((key) => key.charCodeAt(0)));

/** The result for typed keys: the bytes for the guest, and whether Ctrl-A D was among them. */
interface Keys {
  pass: Buffer;
  detach: boolean;
}

/** Takes Ctrl-A D, as in screen(1), out of the typed keys. All others are passed on unchanged. */
export class EscapeKeys {
  #escaped = false;

  feed(typed: Uint8Array): Keys {
    const pass: number[] = [];
    for (const key of typed) {
      if (this.#escaped) {
        this.#escaped = false;
        if (DETACH.has(key)) return { pass: Buffer.from(pass), detach: true };
        pass.push(ESCAPE, key);
      } else if (key === ESCAPE) this.#escaped = true;
      else pass.push(key);
    }
    return { pass: Buffer.from(pass), detach: false };
  }
}
