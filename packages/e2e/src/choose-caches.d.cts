declare function chooseCaches(): void;
declare namespace chooseCaches {
  function lastingDirectory(uid: number, path?: string): string;
}
export = chooseCaches;
