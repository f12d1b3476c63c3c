/** The path of a file that is imported `with { type: 'file' }`. */
declare module '*/standalone.js' {
  const path: string;
  export default path;
}
