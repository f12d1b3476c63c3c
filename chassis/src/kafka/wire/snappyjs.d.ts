declare module 'snappyjs' {
  export function compress(bytes: Buffer): Buffer;
  /** Throws for what is no Snappy block, and when it says that it has more than `maxLength` bytes. */
  export function uncompress(compressed: Buffer, maxLength: number): Buffer;
}
