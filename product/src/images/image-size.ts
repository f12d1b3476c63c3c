export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** True when these ASCII letters stand at `at`. */
export function hasLetters(view: DataView, at: number, letters: string): boolean {
  return view.byteLength >= at + letters.length && Array.from(letters).every((letter, index) => view.getUint8(at + index) === letter.charCodeAt(0));
}
